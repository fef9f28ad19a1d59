/**
 * /outbox, drawn from the phone's own memory. The template provides:
 *   [data-outbox-list]           a list; [data-outbox-empty], [data-outbox-more] and [data-outbox-others] (all `hidden`)
 *   <template id="outbox-row">   with [data-kind] [data-where] [data-at] [data-state-word] (a .pill) [data-receipt] [data-why] inside
 *   button[data-send-now]  button[data-save-copy]  [data-copy-state]
 * Only the signed-in person's records show their content; those of others are a number.
 */
import { subscribe, whoami } from '../outbox/queue.js';
import { isUnsent, wordOf } from '../outbox/rules.js';
import * as store from '../outbox/store.js';
import { t, time } from '../words.js';

/** @import { Item, Word } from '../types' */
/** What became of a held record, as the office says it. @typedef {{state: Word, words: string}} Verdict */

const SHOWN_UNSENT = 100; // a page of a thousand rows, drawn anew at every receipt, would hold up a cheap phone
const SHOWN_RECEIVED = 50;
const MOST_ASKED = 100;
const list = find('[data-outbox-list]');
/** @type {Record<string, Verdict>} */ let verdicts = {};

async function draw() {
  const [{ person }, items] = await Promise.all([whoami(), store.records()]);
  const mine = items.filter(({ author }) => author === person).sort((a, b) => b.savedAt - a.savedAt || b.seq - a.seq);
  const others = items.filter((item) => item.author !== person && isUnsent(item)).length;
  const needs = (/** @type {Item} */ item) => (wordOf(item) === 'needs' ? 0 : 1);
  const unsent = mine.filter(isUnsent).sort((a, b) => needs(a) - needs(b));
  const shown = [...unsent.slice(0, SHOWN_UNSENT), ...mine.filter((item) => !isUnsent(item)).slice(0, SHOWN_RECEIVED)];
  const more = Math.max(0, unsent.length - SHOWN_UNSENT);
  list?.replaceChildren(...shown.map(row));
  show('[data-outbox-empty]', shown.length === 0);
  show('[data-outbox-more]', more > 0, more ? t('outbox.more', { n: more }) : '');
  show('[data-outbox-others]', others > 0, others ? t('outbox.others', { n: others }) : '');
}

/** @param {Item} item */
function row(item) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById('outbox-row'));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const own = wordOf(item);
  const state = own === 'held' || own === 'received' ? verdicts[item.id]?.state ?? own : own;
  const element = /** @type {HTMLElement} */ (copy.firstElementChild);
  element.dataset.state = state;
  element.dataset.record = item.id;
  set(copy, '[data-kind]', t(`kind.${item.kind}`));
  set(copy, '[data-where]', [item.about.name, item.about.place].filter(Boolean).join(' · '));
  set(copy, '[data-at]', time(item.savedAt));
  set(copy, '[data-state-word]', t(`state.${state}`));
  const word = /** @type {HTMLElement | null} */ (copy.querySelector('[data-state-word]'));
  if (word) word.dataset.state = state;
  set(copy, '[data-receipt]', item.receipt?.receipt ? t('outbox.receipt', { receipt: item.receipt.receipt }) : '');
  set(copy, '[data-why]', why(item));
  return copy;
}

/** The office's own words, this phone's reason, or what is still missing. @param {Item} item */
function why(item) {
  const stuck = item.photos.find((photo) => photo.stuck)?.stuck;
  const left = item.photos.filter(({ done }) => !done).length;
  if (item.state === 'accepted' && stuck) return whyCode(stuck, null);
  if (item.state === 'accepted' && left) return t('outbox.photos', { n: left });
  if (item.state === 'accepted') return verdicts[item.id]?.words ?? item.receipt?.message ?? '';
  if (!item.error) return '';
  const next = item.state === 'saved' && item.nextAt > Date.now() ? t('outbox.next-try', { time: time(item.nextAt) }) : '';
  return [whyCode(item.error.code, item.error.text), next].filter(Boolean).join(' ');
}

/** @param {string} code @param {string | null} text */
function whyCode(code, text) {
  const known = ['sign-in', 'too-big', 'refused', 'stuck', 'broken', 'missing', 'not-a-picture', 'damaged', 'reoffer'];
  return known.includes(code) ? t(`why.${code}`, { text: text ?? '' }) : '';
}

/** What the office did about a held record only the office knows; and after a lost reply, even that it is held: the second receipt says
 * no more than that the server has it. */
async function askOffice() {
  const { person, cachedAt } = document.documentElement.dataset;
  const maybe = (/** @type {Item} */ { author, receipt }) => author === person && (receipt?.status === 'held' || receipt?.status === 'duplicate');
  const held = (await store.records('accepted')).filter(maybe).sort((a, b) => a.savedAt - b.savedAt);
  if (!person || cachedAt || held.length === 0 || navigator.onLine === false) return;
  const query = held.slice(-MOST_ASKED).map(({ id }) => `id=${id}`).join('&');
  const reply = await fetch(`/held/mine?${query}`, { headers: { Accept: 'application/json' }, cache: 'no-store', redirect: 'error' }).catch(() => null);
  if (!reply?.ok) return;
  verdicts = await reply.json();
  await draw();
}

async function saveCopy() {
  const { person } = await whoami();
  const items = (await store.records()).filter((item) => item.author === person && isUnsent(item));
  const state = find('[data-copy-state]');
  if (state) state.hidden = false;
  if (items.length === 0) return void (state && (state.textContent = t('outbox.nothing-to-copy')));
  const { makeCopy, handOver } = await import('../outbox/copy.js');
  const name = t('outbox.copy-name', { day: new Date().toISOString().slice(0, 10) });
  const offset = ((await store.meta('clock')) ?? []).at(-1)?.offset_ms ?? null;
  const left = await handOver(await makeCopy(items, person, await store.tickets(), offset), name);
  if (left && state) state.textContent = t('outbox.copied', { n: items.length });
}

/** @param {string} selector @returns {HTMLElement | null} */
function find(selector) { return document.querySelector(selector); }

/** @param {string} selector @param {boolean} on @param {string} [text] */
function show(selector, on, text) {
  const element = find(selector);
  if (!element) return;
  element.hidden = !on;
  if (text !== undefined) (element.querySelector('[data-words]') ?? element).textContent = text;
}

/** @param {ParentNode} root @param {string} selector @param {string} text empty: the element is hidden */
function set(root, selector, text) {
  const element = /** @type {HTMLElement | null} */ (root.querySelector(selector));
  if (element) Object.assign(element, { textContent: text, hidden: text === '' });
}

/** @type {ReturnType<typeof setTimeout> | undefined} */ let soon;
subscribe(() => { clearTimeout(soon); soon = setTimeout(() => draw().catch(console.error), 100); });
addEventListener('pageshow', () => draw().catch(console.error));
find('[data-send-now]')?.addEventListener('click', () => document.dispatchEvent(new CustomEvent('rounds:send-now')));
find('[data-save-copy]')?.addEventListener('click', () => saveCopy().catch(console.error));
draw().then(askOffice).catch(console.error);
