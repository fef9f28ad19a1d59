/**
 * Every page starts here. A page is readable before any script has come: what they do begins after its first frame, so that nothing
 * competes with it on a slow line. A page nobody sees paints no frame and need not wait for one.
 */
const start = () => import('./start.js');
const page = document.documentElement.dataset;

if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));

// A tap before the scripts are there is not lost, nor sent to a server that may be out of reach: it waits until they take the form over.
document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches('form[data-outbox]:not([data-taken]), form[data-signout]:not([data-taken])')) return;
  event.preventDefault();
  const { submitter } = event;
  form.addEventListener('rounds:taken', () => form.requestSubmit(submitter), { once: true });
}, true);

// Nor is one on a button that opens the camera.
document.addEventListener('click', (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest('form[data-outbox]:not([data-taken]) [data-take]'));
  button?.form?.addEventListener('rounds:taken', () => button.click(), { once: true });
});

// Nor one that begins a round: start.js says when pages/round-start.js listens.
document.addEventListener('click', (event) => {
  const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('a[data-start]'));
  if (!link || page.starts) return;
  event.preventDefault();
  document.addEventListener('rounds:starts', () => link.click(), { once: true });
});

// Nor one on a button that only a script serves: all of them wait, in their order, for start.js to say that the page's own script listens.
document.addEventListener('click', (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest('button[type=button]:not([data-opens], form[data-outbox] [data-take])'));
  if (!button || page.ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.addEventListener('rounds:ready', () => button.click(), { once: true });
}, true);

// Dialogs for browsers that do not know `commandfor` yet.
document.addEventListener('click', (event) => {
  const opener = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-opens]'));
  const dialog = opener && document.getElementById(opener.dataset.opens ?? '');
  if (dialog instanceof HTMLDialogElement && !('commandForElement' in HTMLButtonElement.prototype)) dialog.showModal();
});

export {};
