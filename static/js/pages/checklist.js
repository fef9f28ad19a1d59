/**
 * The checklist editor without waiting: items move in the page, by drag and by button, and only the fields that fit the kind of answer are shown.
 * Without this script every button asks the server instead. The order of the blocks is the order of the list.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector('[data-editor]'));
const list = /** @type {HTMLElement | null} */ (form?.querySelector('[data-items]') ?? null);

/** @param {Element} item */
function showFields(item) {
  const kind = /** @type {HTMLSelectElement | null} */ (item.querySelector('[data-kind-of]'))?.value;
  if (!kind) return;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll('[data-for]'))) part.hidden = !(part.dataset.for ?? '').split(' ').includes(kind);
}

/** @param {Element | null} target @returns {HTMLElement | null} */
const itemOf = (target) => /** @type {HTMLElement | null} */ (target?.closest('[data-item]') ?? null);

/** @param {HTMLElement} item @param {string} way */
function move(item, way) {
  const other = way === 'up' ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (way === 'up') other.before(item);
  else other.after(item);
  const button = /** @type {HTMLElement | null} */ (item.querySelector(`[data-move=${way}]`));
  button?.focus();
  item.scrollIntoView({ block: 'nearest' });
  const live = document.getElementById('announce');
  if (live && list) live.textContent = `${[...list.children].indexOf(item) + 1} / ${list.children.length}`;
}

/** Dragging begins at the handle only: text in fields stays selectable. @param {HTMLElement} items */
function startDragging(items) {
  /** @type {HTMLElement | null} */ let dragged = null;
  items.addEventListener('pointerdown', (event) => {
    const handle = /** @type {Element} */ (event.target).closest('[data-handle]');
    dragged = handle ? itemOf(handle) : null;
    if (!dragged) return;
    event.preventDefault();
    dragged.classList.add('dragged');
    items.setPointerCapture(event.pointerId);
  });
  items.addEventListener('pointermove', (event) => {
    if (!dragged) return;
    const over = itemOf(document.elementFromPoint(event.clientX, event.clientY));
    if (!over || over === dragged || over.parentElement !== items) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    items.addEventListener(end, () => { dragged?.classList.remove('dragged'); dragged = null; });
  }
}

if (form && list) {
  form.classList.add('can-drag');
  for (const item of list.children) showFields(item);
  list.addEventListener('change', (event) => { const item = itemOf(/** @type {Element} */ (event.target)); if (item) showFields(item); });
  list.addEventListener('click', (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-move]'));
    const item = itemOf(button);
    if (!button || !item) return;
    event.preventDefault();
    move(item, button.dataset.move ?? '');
  });
  // Enter in a field saves; the first button of the form would move an item instead.
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !/** @type {Element} */ (event.target).matches('input:not([type=checkbox])')) return;
    event.preventDefault();
    form.requestSubmit(/** @type {HTMLElement | null} */ (form.querySelector('[data-save]')));
  });
  startDragging(list);
}
document.querySelector('[data-preview]')?.addEventListener('submit', (event) => event.preventDefault());

export {};
