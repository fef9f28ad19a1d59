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

/** The address by which somebody else signs, for whatever messenger. */
function offerCopy() {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-copy]'));
  if (!button) return;
  button.hidden = !navigator.clipboard; // without TLS there is none: the address can still be marked by hand
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.querySelector('[data-copy-text]')?.textContent ?? '');
    /** @type {HTMLElement} */ (document.querySelector('[data-copied]')).hidden = false;
  });
}

offerCopy();
// Awaited: forms are taken over after this, and their drafts go over what is filled in here.
await show();
takeOverList(account);
takeOverPad(account);
subscribe((news) => { if (news.type === 'change') show().catch(console.error); });
keepThisPage().catch(console.error);
