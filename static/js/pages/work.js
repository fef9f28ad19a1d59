/** One work order on its technician's phone: what it costs by now, the list of what was used, the resident's signature. */
import { subscribe } from '../outbox/queue.js';
import { ownSteps } from '../work/marks.js';
import { Account } from '../work/account.js';
import { takeOverList } from '../work/used.js';
import { takeOverPad } from '../work/signing.js';
import { currentPack, refreshPack } from '../pack.js';

const place = /** @type {HTMLElement} */ (document.getElementById('order'));
const account = new Account(place, JSON.parse(place.dataset.facts ?? '{}'));

async function show() {
  account.know(await ownSteps());
  account.show();
}

/** A page that the phone does not keep yet, or keeps as it was: the pack is fetched anew, before the signal is gone. */
async function keepThisPage() {
  const { cachedAt } = document.documentElement.dataset;
  if (cachedAt || !('orderMine' in place.dataset)) return;
  const known = (await currentPack())?.orders.find(({ id }) => id === place.dataset.order);
  if (known?.state !== place.dataset.orderState) await refreshPack({ now: true });
}

// Awaited: forms are taken over after this, and their drafts go over what is filled in here.
await show();
takeOverList(account);
takeOverPad(account);
subscribe((news) => { if (news.type === 'change') show().catch(console.error); });
keepThisPage().catch(console.error);
