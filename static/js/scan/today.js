/** What the phone knows of today: the page pack, and this person's scans that the outbox holds. */
import { whoami } from '../outbox/queue.js';
import * as store from '../outbox/store.js';
import { currentPack, refreshPack } from '../pack.js';
import { scansIn } from './recorder.js';

/** @import { Pack } from '../types' */

const FIRST_PACK_MS = 3000;

/** @returns {Promise<{pack: Pack | null, scans: import('./recorder.js').KnownScan[]}>} */
export async function today() {
  const [pack, items, { person }] = await Promise.all([packOfToday(), store.records(), whoami()]);
  return { pack, scans: scansIn(items, person) };
}

/** The copy on this phone; only a phone that has none waits for the network, and not long. Scans are recorded without it as well. */
async function packOfToday() {
  const kept = await currentPack();
  if (kept) return kept;
  const patience = new Promise((resolve) => setTimeout(resolve, FIRST_PACK_MS));
  await Promise.race([refreshPack().catch(console.error), patience]);
  return currentPack();
}
