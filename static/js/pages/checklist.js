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
  if (!item.contains(document.activeElement)) /** @type {HTMLElement | null} */ (item.querySelector(`[data-move=${way}]`))?.focus();
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

/** A button whose work the server does, without leaving the page: its answer is the same page, of which the list and the phone's view are taken.
 * @param {HTMLElement} button @returns {Promise<void>} */
async function ask(button) {
  if (!form || form.getAttribute('aria-busy') === 'true') return;
  form.setAttribute('aria-busy', 'true');
  const fields = new FormData(form, button);
  const upload = button.getAttribute('formenctype');
  try {
    const reply = await fetch(form.action, { method: 'POST', body: upload ? fields : new URLSearchParams(/** @type {any} */ (fields)), headers: { Accept: 'text/html' } });
    if (!reply.headers.get('Content-Type')?.startsWith('text/html') || reply.redirected) throw new Error(`${reply.status}`);
    take(new DOMParser().parseFromString(await reply.text(), 'text/html'));
  } catch (error) {
    console.error(error);
    form.requestSubmit(button);   // the plain way says what is wrong
  } finally {
    form.removeAttribute('aria-busy');
  }
}

/** @param {Document} page */
function take(page) {
  const items = page.querySelector('[data-items]');
  const preview = page.getElementById('detail');
  const here = document.getElementById('detail');
  if (!items || !list || (preview && !here)) throw new Error('another page');
  const open = new Set([...list.querySelectorAll('[data-item]:has(details[open])')].map((item) => item.getAttribute('data-item')));
  list.replaceChildren(...items.children);
  for (const item of list.children) {
    showFields(item);
    const more = item.querySelector('details');
    if (more && item.getAttribute('data-item') && open.has(item.getAttribute('data-item'))) more.open = true;
  }
  here?.replaceChildren(...(preview?.childNodes ?? []));
  const wrong = list.querySelector('[aria-invalid=true]');
  const changed = wrong?.closest('[data-item]') ?? list.querySelector('[data-changed]');
  changed?.scrollIntoView({ block: 'nearest' });
  /** @type {HTMLElement | null | undefined} */ (wrong ?? changed?.querySelector('[autofocus]'))?.focus({ preventScroll: true });
}

if (form && list) {
  form.classList.add('can-drag');
  for (const item of list.children) showFields(item);
  list.addEventListener('change', (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const item = itemOf(field);
    if (item) showFields(item);
    const upload = field.matches('[data-new-picture]') && field.files?.length ? field.parentElement?.querySelector('[data-ask]') : null;
    if (upload) void ask(/** @type {HTMLElement} */ (upload));
  });
  form.addEventListener('click', (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-move], [data-ask]'));
    if (!button) return;
    event.preventDefault();
    const item = itemOf(button);
    if (button.dataset.move && item) move(item, button.dataset.move);
    else void ask(button);
  });
  form.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target);
    const way = { ArrowUp: 'up', ArrowDown: 'down' }[event.key];
    const item = itemOf(target);
    if (event.altKey && way && item) {
      event.preventDefault();
      move(item, way);
    }
    // Enter in a field saves; the first button of the form would move an item instead.
    if (event.key !== 'Enter' || !target.matches('input:not([type=checkbox])')) return;
    event.preventDefault();
    form.requestSubmit(/** @type {HTMLElement | null} */ (form.querySelector('[data-save]')));
  });
  startDragging(list);
}
document.addEventListener('submit', (event) => { if (/** @type {Element} */ (event.target).matches('[data-preview]')) event.preventDefault(); });

export {};
