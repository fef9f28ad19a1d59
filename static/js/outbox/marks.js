/**
 * What the outbox shows on pages. Templates provide:
 *   [data-outbox-pill]      (a link, `hidden`)  "3 to send"; data-state waiting | needs; hidden when nothing is owed
 *   [data-outbox-count]     the number alone, for the bottom bar
 *   [data-offline-note]     (`hidden`) with [data-words] inside: why nothing leaves at the moment, and how old this page is
 *   [data-round="<round id>"]  around a round's rows:
 *     li[data-checkpoint="<uuid>"]   data-state = the server's state; data-records="<record id> …" the scans this page already counts
 *       [data-mark]      gets "22:13 · On this phone"
 *       .dot             gets the same data-state, and a check
 *   [data-round-done="<round id>"]  the number of points done, anywhere on the page: the server's and this phone's
 *   [data-order="<id>"]            a work order: see work/marks.js
 *   [data-record="<record id>"]     (a note's or a step's row) with [data-mark] inside: gets that record's state
 * A row whose record the server already counts is left to the server.
 */
import { t, time } from '../words.js';
import { counts, subscribe } from './queue.js';
import { wordOf } from './rules.js';
import * as store from './store.js';

/** @import { Item, Status } from '../types' */

const SPRITE = new URL('../../icons/sprite.svg', import.meta.url).pathname;
const OPEN = ['', 'open', 'next', 'missed'];
/** @type {Status | null} */ let status = null;

/** Shows the outbox on this page and keeps it true. @returns {() => Promise<void>} to call when parts of the page were exchanged */
export function startMarks() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ let soon;
  const show = async () => { await Promise.all([showCounts(), showRounds(), showOrders(), showRecords()]); showNote(); };
  subscribe((news) => {
    if (news.type === 'status') status = news.status;
    clearTimeout(soon);
    soon = setTimeout(() => show().catch(console.error), 50);
  });
  addEventListener('pageshow', (event) => { if (/** @type {PageTransitionEvent} */ (event).persisted) show().catch(console.error); });   // C8: a page from the back-forward cache is old
  show().catch(console.error);
  return show;
}

async function showCounts() {
  const { unsent, needs } = await counts();
  for (const pill of elements('[data-outbox-pill]')) {
    pill.hidden = unsent === 0;
    pill.dataset.state = needs ? 'needs' : 'waiting';
    pill.textContent = needs ? t('outbox.pill-needs', { n: needs }) : t('outbox.pill', { n: unsent });
  }
  for (const badge of elements('[data-outbox-count]')) badge.textContent = unsent ? String(unsent) : '';
  const app = /** @type {any} */ (navigator);
  (unsent ? app.setAppBadge?.(unsent) : app.clearAppBadge?.())?.catch(() => {});
}

/** The one line that says why nothing leaves, and how old a page from the phone's memory is. */
export function showNote() {
  const { cachedAt } = document.documentElement.dataset;
  const trouble = status?.trouble ?? (navigator.onLine === false ? 'offline' : null);
  const lines = [trouble && t(`trouble.${trouble}`), cachedAt && t('page.as-of', { time: time(cachedAt) })].filter(Boolean);
  for (const note of elements('[data-offline-note]')) {
    note.hidden = lines.length === 0;
    const words = note.querySelector('[data-words]');
    if (words && lines.length) words.textContent = lines.join(' ');
  }
}

async function showRounds() {
  const rounds = elements('[data-round]');
  if (rounds.length === 0) return;
  const items = await store.records();
  const withdrawn = new Set(items.filter(({ kind }) => kind === 'correction').map(bodyOf).filter(({ verb }) => verb === 'withdraw').map(({ about }) => about));
  const scans = items.filter(({ kind, id }) => kind === 'scan' && !withdrawn.has(id)).sort((a, b) => a.seq - b.seq);
  for (const round of rounds) showRound(round, scans.filter(({ about }) => about.round === round.dataset.round));
}

/** @param {HTMLElement} round @param {Item[]} scans */
function showRound(round, scans) {
  let done = 0;
  for (const row of elements('li[data-checkpoint]', round)) {
    row.dataset.serverState ??= row.dataset.state ?? '';
    const counted = (row.dataset.records ?? '').split(' ');
    const scan = scans.findLast(({ id, about }) => about.checkpoint === row.dataset.checkpoint && !counted.includes(id));
    if (scan || !OPEN.includes(row.dataset.serverState)) done += 1;
    if (scan) mark(row, scan);
  }
  for (const counter of elements(`[data-round-done="${CSS.escape(round.dataset.round ?? '')}"]`)) counter.textContent = String(done);
}

async function showOrders() {
  if (document.querySelector('[data-order]')) await (await import('../work/marks.js')).showOrders();
}

async function showRecords() {
  for (const row of elements('[data-record]')) {
    const item = await store.recordById(row.dataset.record ?? '');
    if (item) mark(row, item);
  }
}

/** @param {HTMLElement} row @param {Item} item */
function mark(row, item) {
  const state = wordOf(item);
  row.dataset.state = state;
  for (const words of elements('[data-mark]', row)) words.textContent = t('mark', { time: time(item.savedAt), state: t(`state.${state}`) });
  for (const dot of elements('.dot', row)) {
    dot.dataset.state = state;
    if (!dot.querySelector('svg')) dot.prepend(glyph(state === 'needs' ? 'exclaim' : 'check'));
    const unseen = dot.querySelector('.unseen');
    if (unseen) unseen.textContent = t(`state.${state}`);
  }
}

/** @param {string} name a picture of the sprite */
export function glyph(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/** @param {Item} item @returns {any} */
const bodyOf = ({ payload }) => (payload ? JSON.parse(payload).body : {});

/** @param {string} selector @param {ParentNode} [root] @returns {HTMLElement[]} */
const elements = (selector, root = document) => [...root.querySelectorAll(selector)].map((element) => /** @type {HTMLElement} */ (element));
