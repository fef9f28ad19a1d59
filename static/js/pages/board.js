/** The board of work orders by keyboard, and marks that outlive its refreshing. Without this script it is read and used by hand. */
const links = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.job-link')]);
const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('.job-mark input')]);
const column = (/** @type {Element} */ link) => link.closest('.board-column') ?? document.body;
/** @type {Set<string>} By the order's id: what is marked is still that order when its card says something new. */
const marked = new Set();

const told = /** @type {HTMLElement | null} */ (document.querySelector('[data-marked]'));

function count() {
  if (told) told.textContent = String(boxes().filter((box) => box.checked).length);
}

/** @param {number} by how many cards on (or back) from the one in focus */
function step(by) {
  const all = links();
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
}

/** To the neighbouring column that has cards. @param {number} by */
function across(by) {
  const all = links();
  const here = all.find((link) => link === document.activeElement);
  if (!here) return step(0);
  const columns = [...new Set(all.map(column))];
  const next = columns[columns.indexOf(column(here)) + by];
  if (next) all.find((link) => column(link) === next)?.focus();
}

function mark() {
  const box = /** @type {HTMLInputElement | null} */ (document.activeElement?.closest('.job')?.querySelector('.job-mark input') ?? null);
  box?.click();
}

const goTo = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus();
/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  ArrowRight: () => across(1), ArrowLeft: () => across(-1),
  x: mark, a: () => goTo('[data-bulk-to]'), '/': () => goTo('[data-search]'),
};

document.addEventListener('keydown', (event) => {
  const typing = /** @type {Element} */ (event.target).matches('input:not([type=checkbox]), select, textarea');
  if (typing && event.key === 'Escape') /** @type {HTMLElement} */ (event.target).blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  // The arrows scroll the page as ever until a card is in focus.
  if (!act || (event.key.startsWith('Arrow') && !document.activeElement?.closest('.job'))) return;
  event.preventDefault();
  act();
});
document.addEventListener('change', (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (!box.matches('.job-mark input')) return;
  if (box.checked) marked.add(box.id); else marked.delete(box.id);
  count();
});
document.addEventListener('htmx:after:swap', () => {
  for (const box of boxes()) box.checked = marked.has(box.id);
  count();
});
for (const box of boxes()) if (box.checked) marked.add(box.id); // by a browser that came back to this page
count();

export {};
