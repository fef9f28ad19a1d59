/** The page pack: what one person needs of today's work without signal. Pages lie in a cache kept by the worker, figures in `pocket`. */
import { whoami } from './outbox/queue.js';
import * as store from './outbox/store.js';

/** @import { Pack } from './types' */

const FRESH_MS = 30 * 60_000;

/** @returns {Promise<Pack | null>} the signed-in person's pack, as old as it may be */
export async function currentPack() {
  const { person } = await whoami();
  return person ? ((await store.pocketGet('packs', person))?.pack ?? null) : null;
}

/** Fetches the pack when the one at hand is over half an hour old or the page knows better (isPast), and has the worker keep its pages.
 * @param {{now?: boolean}} [options] now: whatever its age */
export async function refreshPack({ now = false } = {}) {
  const { person } = document.documentElement.dataset;
  if (!person || navigator.onLine === false) return;
  const kept = await store.pocketGet('packs', person);
  const { build } = document.documentElement.dataset;
  if (!now && kept && kept.build === build && kept.pages && Math.abs(Date.now() - kept.at) < FRESH_MS && !isPast(kept.pack)) return;
  const reply = await fetch('/pack', { headers: { Accept: 'application/json' }, cache: 'no-store', redirect: 'error' });
  if (!reply.ok) return;
  /** @type {Pack} */
  const pack = await reply.json();
  if (pack.person?.id !== person) return;
  await store.pocketPut('packs', { pack, build, at: Date.now(), pages: false }, person);
  document.dispatchEvent(new Event('rounds:pack'));   // the scanner may be waiting for it
  const pages = await keepPages(pack);
  await store.pocketPut('packs', { pack, build, at: Date.now(), pages }, person);
  document.dispatchEvent(new Event('rounds:pack-kept'));
}

/** Has a storm begun or ended since, does its person read another language now, or does something wait for a word that the pack does not know?
 * A page fresh from the server tells; one from the phone's memory is as old as its pack. @param {Pack} pack */
export function isPast({ storms = [], waiting = [], language }) {
  const { lang, dataset: { storms: known, cachedAt } } = document.documentElement;
  if (cachedAt || known === undefined) return false;
  const asked = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-waits]'))].map(({ dataset }) => dataset.waits ?? '');
  return known.trim() !== storms.join(' ') || Boolean(language && !lang.startsWith(language.slice(0, 2))) || asked.some((id) => !waiting.includes(id));
}

/** @param {Pack} pack @returns {Promise<boolean>} whether all its pages are on the phone now */
async function keepPages({ person, revision, pages, photos, made_at }) {
  if (!('serviceWorker' in navigator)) return false;
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data.done === true); });
  active?.postMessage({ do: 'keep', person: person.id, revision, pages, photos, made_at }, [port2]);
  return /** @type {Promise<boolean>} */ (answer);
}

/** At sign-in and sign-out: no page of another person stays. The outbox is not touched. @param {string} person who may keep theirs; '' for nobody */
export async function forgetOthers(person) {
  for (const key of await store.pocketKeys('packs')) if (key !== person) await store.pocketDrop('packs', key);
  const pointer = await store.pocketGet('pointers', 'pack');
  if (pointer && pointer.person !== person) await store.pocketDrop('pointers', 'pack');
  if (!('caches' in globalThis)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith('pack-') && !(person && name.startsWith(`pack-${person}-`))) await caches.delete(name);
  }
}
