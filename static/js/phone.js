/** Whether this phone can be trusted to keep records, and what the person can do about it. */
import { counts, subscribe } from './outbox/queue.js';
import * as store from './outbox/store.js';
import { t } from './words.js';

const installed = () => matchMedia('(display-mode: standalone)').matches || /** @type {any} */ (navigator).standalone === true;
const isApple = () => /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1);

/** @type {Set<string>} */
const warnings = new Set();

/** Shows or takes back one warning in [data-storage-warning]. @param {string} key of words.js @param {boolean} on @param {Record<string, number>} [values] */
export function warn(key, on, values = {}) {
  const text = t(key, values);
  if (on) warnings.add(text); else warnings.delete(text);
  for (const note of document.querySelectorAll('[data-storage-warning]')) {
    /** @type {HTMLElement} */ (note).hidden = warnings.size === 0;
    const words = note.querySelector('[data-words]');
    if (words) words.textContent = [...warnings].join(' ');
  }
}

/** Looks at the phone's memory once per page: can it be read, was it cleared, may the browser clear it? */
export async function checkPhone() {
  store.whenBlocked(() => warn('storage.update-first', true));
  subscribe((news) => { // at once: the first word about the clock may come while the memory is still looked at
    const off = news.type === 'status' ? Math.round((news.status.clockOffMs ?? 0) / 60_000) : 0;
    if (Math.abs(off) >= 10) warn('storage.clock', true, { n: Math.abs(off) });
    if (news.type === 'status') warn('app.outdated', news.status.outdated === true);
  });
  try {
    await canary();
  } catch (error) {
    console.error('the store does not open', error);
    return warn('trouble.storage', true);
  }
  const persisted = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
  await store.setMeta('phone', { persisted, installed: installed() });
  document.dispatchEvent(new Event('rounds:phone'));
  const weigh = async () => {
    const { unsent } = await counts();
    const tab = isApple() && !installed();
    warn('storage.tab', tab && Boolean(document.documentElement.dataset.person));
    warn('storage.weak', !tab && !persisted && !installed() && unsent > 0);
  };
  await weigh();
  subscribe((news) => { if (news.type === 'saved') weigh().catch(console.error); });
}

/**
 * Was this phone's memory cleared? Two others remember the last number given out: the browser's small memory, which outlives the large
 * one when only that is evicted, and the server, which knows this phone by its cookie.
 */
async function canary() {
  const { device, person } = document.documentElement.dataset;
  if (!device || !person) return;
  const key = `rounds-seq-${device}`;
  const remembered = () => Number(localStorage.getItem(key) ?? 0);
  const remember = async () => localStorage.setItem(key, String(Math.max((await store.meta(`seq:${device}`)) ?? 0, remembered())));
  await expect(device, remembered());
  await remember();
  const compare = async () => {
    const pack = await store.pocketGet('packs', person);
    if (pack?.pack.device === device) await expect(device, pack.pack.seq).then(remember);
  };
  document.addEventListener('rounds:pack', () => compare().catch(console.error));
  await compare();
  addEventListener('online', () => tellCleared().catch(console.error));
  subscribe((news) => { if (news.type === 'saved') remember().catch(console.error); });
  await tellCleared();
}

/** A lower number here than elsewhere is a memory that was lost. @param {string} device @param {number} seq the last one given out, as others know it */
async function expect(device, seq) {
  if (!(await store.raiseSeq(device, seq))) return;
  await store.setMeta('cleared', { at: Date.now(), device, seq, told: false, missing: 0 });
  await tellCleared();
}

/** Says so on the screen for a day, and to the office once it can be reached. */
async function tellCleared() {
  const cleared = await store.meta('cleared');
  if (!cleared) return;
  const show = (/** @type {boolean} */ on) => warn(cleared.missing ? 'storage.cleared-n' : 'storage.cleared', on, { n: cleared.missing });
  show(Date.now() - cleared.at < 86_400_000);
  const { person, device, cachedAt } = document.documentElement.dataset;
  if (cleared.told || !person || cachedAt || cleared.device !== device) return;
  const json = JSON.stringify({ seq: cleared.seq });
  const reply = await fetch('/devices/mine/cleared', {
    method: 'POST', body: json, headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, cache: 'no-store', redirect: 'error',
  }).catch(() => null);
  if (!reply?.ok) return;
  show(false);
  Object.assign(cleared, { told: true, missing: (await reply.json()).missing });
  await store.setMeta('cleared', cleared);
  show(true);
}

/** The browser's own install question behind [data-install]; without it, [data-install-help] on /me says how in words. */
export function offerInstall() {
  /** @type {any} */ let question = null;
  const offer = (/** @type {boolean} */ on) => {
    for (const each of document.querySelectorAll('[data-install-note], [data-install-help] [data-install]')) /** @type {HTMLElement} */ (each).hidden = !on;
  };
  addEventListener('beforeinstallprompt', (event) => { event.preventDefault(); question = event; offer(true); });
  addEventListener('appinstalled', () => offer(false));
  document.addEventListener('click', (event) => {
    if (!question || !(/** @type {Element} */ (event.target).closest('[data-install]'))) return;
    question.prompt();
    question = null;
    offer(false);
  });
}
