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
  try {
    await canary();
  } catch (error) {
    console.error('the store does not open', error);
    return warn('trouble.storage', true);
  }
  const persisted = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
  await store.setMeta('phone', { persisted, installed: installed() });
  const weigh = async () => {
    const { unsent } = await counts();
    const tab = isApple() && !installed();
    warn('storage.tab', tab && Boolean(document.documentElement.dataset.person));
    warn('storage.weak', !tab && !persisted && !installed() && unsent > 0);
  };
  await weigh();
  subscribe((news) => {
    if (news.type === 'saved') weigh().catch(console.error);
    const off = news.type === 'status' ? Math.round((news.status.clockOffMs ?? 0) / 60_000) : 0;
    if (Math.abs(off) >= 10) warn('storage.clock', true, { n: Math.abs(off) });
  });
}

/** The browser's small memory outlives the large one when only that is evicted: it remembers the last number given out. */
async function canary() {
  const { device } = document.documentElement.dataset;
  if (!device) return;
  const key = `rounds-seq-${device}`;
  const here = (await store.meta(`seq:${device}`)) ?? 0;
  const remembered = Number(localStorage.getItem(key) ?? 0);
  if (remembered > here) {
    // Numbers are never used twice, so that the office sees the gap.
    await store.setMeta(`seq:${device}`, remembered);
    await store.setMeta('cleared', { at: Date.now(), seq: remembered });
  } else localStorage.setItem(key, String(here));
  const cleared = await store.meta('cleared');
  warn('storage.cleared', Boolean(cleared) && Date.now() - cleared.at < 86_400_000);
  const remember = async () => localStorage.setItem(key, String(Math.max(await store.meta(`seq:${device}`), Number(localStorage.getItem(key)))));
  subscribe((news) => { if (news.type === 'saved') remember().catch(console.error); });
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
