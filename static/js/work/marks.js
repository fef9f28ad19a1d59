/**
 * Brings work orders on a page up to what this phone has recorded since the page was made. Templates provide (templates/work_orders/):
 *   <template id="work-words" data-words='{"states": {…}, "done": {…}}'>
 *   [data-order="<id>"] data-order-state, data-order-mine, data-steps="<record id> …" (this person's steps that the server counts)
 *     [data-order-mark]  a pill: where the order stands
 *     [data-verb="take"] a form that is shown while that step comes next
 *   On the order's own page (#order) [data-when-mine] is for whose order it is, and the forms lie anywhere: [data-first="<verb>"] the one next step, [data-verb] all others;
 *     [data-timeline] the steps, <template id="t-step"> one of them; [data-stage="before|after"] photos, each [data-photo="<sha256>"]
 */
import { whoami } from '../outbox/queue.js';
import { wordOf } from '../outbox/rules.js';
import * as store from '../outbox/store.js';
import { t, time } from '../words.js';
import { besides, uncounted } from './own.js';
import { advance, nextVerbs } from './steps.js';

/** @import { Item } from '../types' */
/** @typedef {import('./own.js').OwnStep} OwnStep */

/** This person's steps of all orders that the outbox still holds, in the order in which they were taken. @returns {Promise<OwnStep[]>} */
export async function ownSteps() {
  const [{ person }, items] = await Promise.all([whoami(), store.records()]);
  return items
    .filter(({ kind, author, payload }) => kind === 'work-step' && author === person && payload)
    .sort((a, b) => a.seq - b.seq)
    .map((item) => ({ item, body: JSON.parse(item.payload ?? '').body }))
    .map(({ item, body }) => ({ item, body, verb: body.verb }));
}

/** Shows every order of this page as it stands. */
export async function showOrders() {
  const steps = await ownSteps();
  for (const place of elements('[data-order]')) await showOrder(place, steps);
}

/** @param {HTMLElement} place @param {OwnStep[]} steps */
async function showOrder(place, steps) {
  const own = uncounted(steps, place);
  const server = { state: place.dataset.orderState ?? '', mine: 'orderMine' in place.dataset };
  const where = advance(server, own.map(({ verb }) => verb));
  const next = nextVerbs(where);
  const whole = place.id === 'order';
  offer(whole ? document : place, next);
  if (whole) for (const piece of elements('[data-when-mine]')) piece.hidden = !where.mine;
  if (own.length && (where.state !== server.state || where.mine !== server.mine)) mark(place, where.state, own[own.length - 1].item);
  if (!whole) return;
  showTimeline(besides(steps, place));
  await showPhotos(steps.filter(({ body }) => body.order === place.dataset.order));
}

/** @param {ParentNode} scope @param {string[]} next */
function offer(scope, next) {
  for (const form of elements('[data-first]', scope)) form.hidden = form.dataset.first !== next[0];
  const others = scope === document ? next.slice(1) : next;
  for (const piece of elements('[data-verb]', scope)) piece.hidden = !others.includes(piece.dataset.verb ?? '');
  for (const link of elements('[data-scan-there]', scope)) link.hidden = next[0] !== 'on_site';
}

/** @param {HTMLElement} place @param {string} state @param {Item} item */
function mark(place, state, item) {
  for (const pill of elements('[data-order-mark]', place)) {
    const word = wordOf(item);
    pill.dataset.state = word;
    pill.textContent = `${words().states[state] ?? state} · ${t(`state.${word}`)}`;
  }
}

/** @param {OwnStep[]} own */
function showTimeline(own) {
  const list = elements('[data-timeline]')[0];
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById('t-step'));
  if (!list || !template) return;
  for (const row of elements('[data-own]', list)) row.remove();
  list.append(...own.map((step) => row(template, step)));
  for (const none of elements('[data-no-steps]')) none.hidden = list.children.length > 0;
}

/** @param {HTMLTemplateElement} template @param {OwnStep} step */
function row(template, { item, verb, body }) {
  const copy = /** @type {HTMLElement} */ (document.importNode(/** @type {Element} */ (template.content.firstElementChild), true));
  const word = wordOf(item);
  copy.dataset.own = item.id;
  const set = (/** @type {string} */ selector, /** @type {string} */ text) => { /** @type {HTMLElement} */ (copy.querySelector(selector)).textContent = text; };
  set('time', time(item.savedAt));
  set('b', words().done[verb] ?? verb);
  set('[data-more]', [body.reason, body.remainder].filter(Boolean).join(' · '));
  set('[data-word]', t(`state.${word}`));
  /** @type {HTMLElement} */ (copy.querySelector('[data-word]')).dataset.state = word;
  return copy;
}

/** Photos that have not reached the server are shown from this phone's own copy. @param {OwnStep[]} steps */
async function showPhotos(steps) {
  for (const { item, body } of steps) {
    const list = elements(`[data-stage="${body.stage}"]`)[0];
    for (const { sha256, mime } of list ? item.photos : []) {
      if (document.querySelector(`[data-photo="${sha256}"]`)) continue;
      const kept = await store.photo(sha256);
      if (kept) list.append(picture(sha256, new Blob([kept.data], { type: mime }), body.stage));
    }
  }
}

/** @param {string} sha256 @param {Blob} blob @param {string} stage */
function picture(sha256, blob, stage) {
  const image = Object.assign(new Image(88, 88), { src: URL.createObjectURL(blob), alt: t(`work.${stage}`) });
  const place = document.createElement('li');
  place.dataset.photo = sha256;
  place.append(image);
  return place;
}

/** @returns {{states: Record<string, string>, done: Record<string, string>}} */
function words() {
  return JSON.parse(document.getElementById('work-words')?.dataset.words ?? '{"states": {}, "done": {}}');
}

/** @param {string} selector @param {ParentNode} [root] @returns {HTMLElement[]} */
const elements = (selector, root = document) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
