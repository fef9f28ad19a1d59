/**
 * Every page starts here. A page is readable before any script has come: what they do begins after its first frame, so that nothing
 * competes with it on a slow line. A page nobody sees paints no frame and need not wait for one.
 */
const start = () => import('./start.js');

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
  if (!link || document.documentElement.dataset.starts) return;
  event.preventDefault();
  document.addEventListener('rounds:starts', () => link.click(), { once: true });
});

export {};
