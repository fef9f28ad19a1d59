/** A day's exceptions by keyboard: from one to the next, one key a decision. Without this script they are opened and decided by hand. */
const items = () => /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll('[data-settle] details.item')]);
const opened = () => /** @type {HTMLDetailsElement | null} */ (document.querySelector('details.item[open]'));
const phone = matchMedia('(pointer: coarse)');
/** What is pressed while the answer of the server is awaited must not fall on another exception. */
let busy = false;
/** The place in the list of the one that is being decided: the next one moves up to it, unless it stays (somebody was asked). */
let place = -1;
let decided = '';

/** @param {HTMLDetailsElement | undefined} item */
function show(item) {
  for (const other of document.querySelectorAll('details.item[open]')) if (other !== item) /** @type {HTMLDetailsElement} */ (other).open = false;
  if (!item) return;
  item.open = true;
  item.querySelector('summary')?.focus({ preventScroll: true });
  item.scrollIntoView({ block: 'nearest' });
}

/** @param {number} by how many on (or back) from the one that is open */
function step(by) {
  const all = items();
  const at = all.indexOf(/** @type {HTMLDetailsElement} */ (opened()));
  show(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
}

/** Press the open exception's button of that key. What needs a reason asks for it first; Enter sends it then. @param {string} key */
function decide(key) {
  const item = opened();
  const button = /** @type {HTMLButtonElement | null} */ (item?.querySelector(`[data-do="${key}"]`) ?? null);
  if (!item || !button) return;
  const why = /** @type {HTMLTextAreaElement | null} */ (item.querySelector('[data-why]'));
  if (button.value === 'aside' && why && !why.value.trim()) {
    why.dataset.then = key;
    why.focus();
    return;
  }
  button.click();
}

/** @type {Record<string, () => void>} */
const KEYS = { j: () => step(1), k: () => step(-1), p: () => /** @type {HTMLElement | null} */ (document.querySelector('[data-paper]'))?.click() };

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const why = /** @type {HTMLTextAreaElement | null} */ (target.closest('[data-why]'));
  if (why && event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const { then } = why.dataset;
    delete why.dataset.then;
    if (why.value.trim()) decide(then ?? 'a');
    return;
  }
  if (target.matches('input, textarea, select')) {
    if (event.key === 'Escape') opened()?.querySelector('summary')?.focus();
    return;
  }
  const key = event.key.toLowerCase();
  const act = KEYS[key] ?? (opened()?.querySelector(`[data-do="${key}"]`) ? () => decide(key) : null);
  if (!act || busy) return;
  event.preventDefault();
  act();
});

// Only one is open; its form is always in sight.
document.addEventListener('toggle', (event) => {
  const item = /** @type {HTMLDetailsElement} */ (event.target);
  if (!(item instanceof HTMLDetailsElement) || !item.matches('.item') || !item.open) return;
  for (const other of document.querySelectorAll('details.item[open]')) if (other !== item) /** @type {HTMLDetailsElement} */ (other).open = false;
}, true);

document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const item = /** @type {HTMLDetailsElement | null} */ (form.closest('details.item'));
  if (!item) return;
  busy = true;
  place = items().indexOf(item);
  decided = item.id;
}, true);

document.addEventListener('htmx:before:request', (event) => {
  const source = /** @type {CustomEvent} */ (event).detail?.ctx?.sourceElement;
  // The page that refreshes itself must not take words away from under somebody's hands.
  if (source?.id === 'day' && (busy || document.activeElement?.matches('#day textarea, #day select'))) event.preventDefault();
});

document.addEventListener('htmx:after:swap', () => {
  if (!busy) return;
  busy = false;
  const wrong = document.querySelector('#day .item [aria-invalid="true"]');
  if (wrong instanceof HTMLElement) wrong.focus();
  if (place < 0 || wrong || document.querySelector('#day [role=alert]')) return;
  const all = items();
  const others = all.filter(({ id }) => id !== decided);
  const next = others[Math.min(place, others.length - 1)];
  place = -1;
  if (next) show(next);
  else show(undefined);
  const signing = document.querySelector('[data-opens="d-sign"]');
  if (!next && signing instanceof HTMLElement && !phone.matches) signing.focus();
});
document.addEventListener('htmx:error', () => { busy = false; });

// A signature that was refused: the dialog stands as it was left, with what was wrong at its field.
const refused = document.querySelector('[data-open-again]')?.closest('dialog');
if (refused instanceof HTMLDialogElement && !refused.open) refused.showModal();

// A stream of one kind begins with its first.
const first = document.querySelector('[data-settle="stream"]') && !phone.matches ? items()[0] : undefined;
const named = location.hash && document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDetailsElement && named.matches('.item')) show(named);
else if (first) first.open = true;

export {};
