/**
 * Pictures that may be looked at once, twice or four times as large: [data-zoomed], with links [data-zoom-to] beside them. Without this script the
 * links load the page anew; with it the middle of what is seen stays where it is. [data-now] (0 to 1) is where a picture of today begins.
 */
/** @type {WeakSet<Element>} */
const begun = new WeakSet();

/** @param {HTMLElement} picture @returns {Element | null} what holds the picture and its links */
const around = (picture) => picture.closest('[data-zoom-group]') ?? picture.parentElement;

/** Which of the links is the size in force. @param {HTMLElement} picture */
function mark(picture) {
  for (const link of around(picture)?.querySelectorAll('[data-zoom-to]') ?? []) {
    if (link.getAttribute('data-zoom-to') === picture.dataset.zoom) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

/** @param {HTMLElement} picture @param {string} size */
function zoom(picture, size) {
  const x = (picture.scrollLeft + picture.clientWidth / 2) / picture.scrollWidth;
  const y = (picture.scrollTop + picture.clientHeight / 2) / picture.scrollHeight;
  picture.dataset.zoom = size;
  picture.scrollLeft = x * picture.scrollWidth - picture.clientWidth / 2;
  picture.scrollTop = y * picture.scrollHeight - picture.clientHeight / 2;
  mark(picture);
  const address = new URL(location.href);
  if (size === '1') address.searchParams.delete('zoom');
  else address.searchParams.set('zoom', size);
  history.replaceState(history.state, '', address);
}

function begin() {
  for (const picture of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-zoomed]'))) {
    mark(picture);
    picture.dataset.zoomed = 'yes';
    if (begun.has(picture)) continue;
    begun.add(picture);
    if (picture.dataset.now) picture.scrollLeft = Number(picture.dataset.now) * picture.scrollWidth - picture.clientWidth * 0.6;
  }
}

document.addEventListener('click', (event) => {
  const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-zoom-to]'));
  const picture = /** @type {HTMLElement | null} */ (link?.closest('[data-zoom-group]')?.querySelector('[data-zoomed]') ?? null);
  if (!link || !picture || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  zoom(picture, link.dataset.zoomTo ?? '1');
});
document.addEventListener('htmx:after:swap', begin);
begin();

export {};
