/** The parts of every page. What a page alone needs lies in pages/ and comes when the page asks for it: `<main data-page="scan">`. */
import { startMarks, showNote } from './outbox/marks.js';
import { subscribe } from './outbox/queue.js';
import { askForSync, keepTrying } from './outbox/retry.js';
import { makeCourier } from './outbox/send.js';
import { forgetOthers, refreshPack } from './pack.js';
import { checkPhone, offerInstall } from './phone.js';
import { finishSignOut, renewTicket } from './ticket.js';
import { startWorker } from './worker.js';

const page = document.documentElement.dataset;
const courier = makeCourier({ build: page.build ?? '' });

/** Starts one part; a part that fails must not take the others with it. @param {string} name @param {() => unknown} part */
async function part(name, part) {
  try { await part(); } catch (error) { console.error(name, error); }
}

/** What a document, or a fragment swapped into it, asks for. */
async function loadPages() {
  const name = /** @type {HTMLElement | null} */ (document.querySelector('main[data-page]'))?.dataset.page;
  if (name) await part(name, () => import(`./pages/${name}.js`));
  if (document.querySelector('[data-start]')) await part('round-start', () => import('./pages/round-start.js'));
  page.starts = 'yes'; // also when that part failed: the link itself leads to the scanner
  document.dispatchEvent(new Event('rounds:starts'));
  if (document.querySelector('[data-pack-state]')) await part('phone-state', () => import('./pages/phone-state.js'));
  if (document.querySelector('[data-zoomed]')) await part('zoom', () => import('./pages/zoom.js'));
  if (document.querySelector('[data-pin-pad]')) await part('pin', () => import('./pages/pin.js'));
  if (document.querySelector('form[data-outbox]')) await part('forms', async () => (await import('./pages/record-forms.js')).takeOverForms());
  if (document.querySelector('form[data-signout]')) await part('signout', async () => (await import('./pages/signout.js')).takeOverSignouts());
}

/** A part of another release than the page around it: the new version is looked for at once, and offered. The page itself stays. Where a file of
 * it could not be had, the next such part is another try. @param {string | null | undefined} build */
async function heedBuild(build) {
  if (!build || build === page.build) return;
  const worker = await registration;
  if (worker && !worker.installing && !worker.waiting) await worker.update();
}

/** Ticket, then records, then the pack: what is owed goes before what is wanted. */
async function contact() {
  if (await renewTicket()) await courier.poke('sign-in');
  await refreshPack();
}

document.addEventListener('click', (event) => { if (/** @type {Element} */ (event.target).closest('[data-print]')) print(); });
document.addEventListener('rounds:send-now', () => courier.poke('tap'));
// Forms first: what is tapped before they are taken over goes to the server as it is, and is lost without signal.
await part('pages', loadPages);
page.ready = 'yes'; // app.js holds taps until then
document.dispatchEvent(new Event('rounds:ready'));
await part('sign-out', finishSignOut);
/** @type {() => Promise<void>} */ let showMarks = async () => {};
await part('marks', () => { showMarks = startMarks(); });
// Not awaited: some browsers ask the person about lasting storage, and sending must not wait for an answer.
part('phone', checkPhone);
part('install', offerInstall);
const registration = startWorker();
await part('courier', () => keepTrying(courier));
subscribe(async (news) => {
  if (news.type === 'full') courier.poke('full');
  if (news.type !== 'saved') return;
  courier.poke('saved');
  const worker = await registration;
  if (worker) askForSync(worker);
});
for (const event of ['online', 'offline']) addEventListener(event, showNote);
// htmx 4 says it this way when it has exchanged a part of the page.
document.addEventListener('htmx:after:swap', (event) => {
  loadPages();
  showMarks().catch(console.error);
  part('build', () => heedBuild(/** @type {CustomEvent} */ (event).detail?.ctx?.response?.headers?.get('Rounds-Build')));
});
if (page.person && !page.cachedAt) await part('others', () => forgetOthers(page.person ?? ''));
await part('contact', contact);
addEventListener('online', () => part('contact', contact));
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') part('contact', contact); });
