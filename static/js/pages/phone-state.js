/**
 * How this phone stands: whether it is ready for a place without signal, and whether the browser promised to keep what is saved.
 *   [data-pack-state] (`hidden`)     "Ready for offline, 07:42", or what to do; data-state = ready | not-ready
 *   [data-storage-state] (`hidden`)  whether the browser may delete unsent records
 */
import { subscribe, whoami } from '../outbox/queue.js';
import * as store from '../outbox/store.js';
import { t, time } from '../words.js';

async function show() {
  const [{ person }, pointer, phone] = await Promise.all([whoami(), store.pocketGet('pointers', 'pack'), store.meta('phone')]);
  // A day-old pack knows none of today's rounds.
  const ready = pointer?.person === person && Date.now() - Date.parse(pointer.madeAt) < 86_400_000;
  say('[data-pack-state]', ready ? 'ready' : 'not-ready', ready ? t('phone.ready', { time: time(pointer.madeAt) }) : t('phone.not-ready'));
  if (phone) say('[data-storage-state]', phone.persisted ? 'kept' : 'weak', t(phone.persisted ? 'phone.kept' : 'phone.weak'));
}

/** @param {string} selector @param {string} state @param {string} words */
function say(selector, state, words) {
  for (const line of document.querySelectorAll(selector)) {
    const element = /** @type {HTMLElement} */ (line);
    element.hidden = false;
    element.dataset.is = state;
    element.textContent = words;
  }
}

for (const event of ['rounds:pack-kept', 'rounds:phone']) document.addEventListener(event, () => show().catch(console.error));
subscribe((news) => { if (news.type === 'status') show().catch(console.error); });
show().catch(console.error);
