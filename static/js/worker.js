/** The page's side of the service worker: registering it, and changing to a new version only when the person says so. */

/** @returns {Promise<ServiceWorkerRegistration | null>} */
export async function startWorker() {
  if (!('serviceWorker' in navigator)) return null;
  try {
    const registration = await navigator.serviceWorker.register('/sw.js', { type: 'module', updateViaCache: 'none' });
    watch(registration);
    navigator.serviceWorker.ready.then(({ active }) => setTimeout(() => active?.postMessage({ do: 'later' }), 2_000));
    setInterval(() => registration.update().catch(() => {}), 3_600_000);
    return registration;
  } catch (error) {
    // An old browser without module workers: recording works in the page, offline start does not.
    console.warn('no service worker', error);
    return null;
  }
}

/** Shows [data-update-note] while a new version waits. @param {ServiceWorkerRegistration} registration */
function watch(registration) {
  const show = () => {
    // Without a controller this is the first version: it takes over by itself.
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    for (const note of document.querySelectorAll('[data-update-note]')) /** @type {HTMLElement} */ (note).hidden = false;
  };
  show();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', show));
  document.addEventListener('click', (event) => {
    if (!(/** @type {Element} */ (event.target).closest('[data-update]'))) return;
    update(registration);
  });
}

/** @param {ServiceWorkerRegistration} registration */
function update(registration) {
  // A half-filled form first reaches its draft: the form listens, saves, and restores itself after the reload.
  const ready = /** @type {Promise<unknown>[]} */ ([]);
  document.dispatchEvent(new CustomEvent('rounds:flush', { detail: ready }));
  Promise.all(ready).then(() => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting?.postMessage({ do: 'activate' });
  }, console.error);
}
