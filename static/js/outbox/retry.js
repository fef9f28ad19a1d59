/** When to try again: the outbox's triggers in a page. iOS has no background sync, so every sign of life is used. */

/** @import { Courier } from './send.js' */

/** Starts and wakes the courier for as long as the page lives. @param {Courier} courier */
export function keepTrying(courier) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wake = (/** @type {string} */ reason) => courier.poke(reason);
  const open = () => { if (document.visibilityState === 'visible') wake('open'); };
  addEventListener('online', () => wake('online'));
  addEventListener('pageshow', open);
  addEventListener('focus', open);
  document.addEventListener('visibilitychange', open);
  courier.onRest((at) => {
    clearTimeout(timer);
    // A hidden page's timer would only waste the battery: coming back wakes us anyway.
    if (at !== null) timer = setTimeout(() => document.visibilityState === 'visible' && wake('timer'), Math.max(0, at - Date.now()));
  });
  open();
}

/** Asks the browser to wake the worker when there is signal, where it can (Android). @param {ServiceWorkerRegistration} registration */
export async function askForSync(registration) {
  try {
    await /** @type {any} */ (registration).sync?.register('outbox');
  } catch { /* refused (permission, private mode): the page's own triggers remain */ }
}
