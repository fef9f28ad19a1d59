/** What the phone knows of today: the page pack, and this person's scans that the outbox holds. */
import { whoami } from '../outbox/queue.js';
import * as store from '../outbox/store.js';
import { statusesSaid } from '../equipment/here.js';
import { currentPack, refreshPack } from '../pack.js';
import { advance, nextVerbs } from '../work/steps.js';
import { scansIn } from './recorder.js';

/** @import { Item, Pack, PackOrder } from '../types' */

const FIRST_PACK_MS = 3000;

/** @returns {Promise<{pack: Pack | null, scans: import('./recorder.js').KnownScan[], orders: PackOrder[], fares: Map<string, string>}>} */
export async function today() {
  const [pack, items, { person }] = await Promise.all([packOfToday(), store.records(), whoami()]);
  return { pack, scans: scansIn(items, person), orders: ordersToReach(pack, items, person), fares: statusesSaid(pack, items) };
}

/** Work orders whose next step may be to be there, with what this phone has recorded since the pack was made.
 * @param {Pack | null} pack @param {Item[]} items @param {string} person @returns {PackOrder[]} */
export function ordersToReach(pack, items, person) {
  const steps = items.filter(({ kind, author, payload }) => kind === 'work-step' && author === person && payload)
    .sort((a, b) => a.seq - b.seq).map(({ id, payload }) => ({ id, body: JSON.parse(payload ?? '').body }));
  return (pack?.orders ?? []).filter((order) => {
    const verbs = steps.filter(({ id, body }) => body.order === order.id && !order.steps.includes(id)).map(({ body }) => body.verb);
    return nextVerbs(advance(order, verbs)).includes('on_site');
  });
}

/** The copy on this phone; only a phone that has none waits for the network, and not long. Scans are recorded without it as well. */
async function packOfToday() {
  const kept = await currentPack();
  if (kept) return kept;
  const patience = new Promise((resolve) => setTimeout(resolve, FIRST_PACK_MS));
  await Promise.race([refreshPack().catch(console.error), patience]);
  return currentPack();
}
