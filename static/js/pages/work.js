/** One work order on its technician's phone: what it costs by now, the list of what was used, the resident's signature. */
import { subscribe } from '../outbox/queue.js';
import { ownSteps } from '../work/marks.js';
import { Account } from '../work/account.js';
import { takeOverList } from '../work/used.js';
import { takeOverPad } from '../work/signing.js';
import { currentPack, refreshPack } from '../pack.js';

const OVER = ['finished', 'verified', 'cancelled'];
const place = /** @type {HTMLElement} */ (document.getElementById('order'));
const account = new Account(place, JSON.parse(place.dataset.facts ?? '{}'));

async function show() {
  account.know(await ownSteps());
  account.show();
}

/** A page that the phone does not keep yet: the pack is fetched anew, before the signal is gone. How far its own steps have come since the
 * pack was made the phone knows by itself. */
async function keepThisPage() {
  const { cachedAt } = document.documentElement.dataset;
  if (cachedAt || !('orderMine' in place.dataset) || OVER.includes(place.dataset.orderState ?? '')) return;
  const known = (await currentPack())?.orders.find(({ id }) => id === place.dataset.order);
  if (!known) await refreshPack({ now: true });
}

// Awaited: forms are taken over after this, and their drafts go over what is filled in here.
await show();
takeOverList(account);
takeOverPad(account);
subscribe((news) => { if (news.type === 'change') show().catch(console.error); });
keepThisPage().catch(console.error);
