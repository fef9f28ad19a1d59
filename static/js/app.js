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

export {};
