/**
 * What the outbox shows on pages. Templates provide:
 *   [data-outbox-pill]      (a link, `hidden`)  "3 to send"; data-state waiting | needs; hidden when nothing is owed
 *   [data-outbox-count]     the number alone, for the bottom bar
 *   [data-offline-note]     (`hidden`) with [data-words] inside: why nothing leaves at the moment, and how old this page is
 *   [data-round="<round id>"]  around a round's rows:
 *     li[data-checkpoint="<uuid>"]   data-state = the server's state; data-records="<record id> …" the scans this page already counts
 *       [data-mark]      gets "22:13 · On this phone"
 *       .dot             gets the same data-state, and a check
 *     data-round-state = the server's state of the round; data-steps="<record id> …" the steps it already counts
 *       [data-while="due running"]  shown while the round is in one of these states, this phone's own steps counted
 *       [data-steps-card] with [data-pending-steps] and a <template data-step="pause"> for each verb: the steps the server does not count yet
 *   [data-round-done="<round id>"]  the number of points done, anywhere on the page: the server's and this phone's
 *   [data-order="<id>"]            a work order: see work/marks.js
 *   [data-machine="<id>"]          how a machine fares: data-machine-status = the server's word as of data-made; inside: [data-status-pill],
 *     [data-status-said], a <template data-status="fault"> for each status, [data-status-mine] (`hidden`) with [data-mark] and
 *     [data-status-words]: what the server does not count yet; [data-while="running"]
 *   [data-record="<record id>"]     (a note's or a step's row) with [data-mark] inside: gets that record's state
 *   [data-duty="on|off"]            the server's word on whether its reader is on duty, as of data-made; inside: [data-while="on"], and
 *     [data-duty-since] (`hidden`) with [data-mark]: the clocking the server did not count yet
 *   [data-asked="<question id>"]    a supervisor's question: .asked-parts goes and [data-answered] (`hidden`, with [data-mark]) comes once this phone has answered
 *   [data-handed="<handover id>"]   a handover that waits for its reader: the same, once this phone has taken it over
 *   [data-handed-over]              (`hidden`, with [data-mark]): the handover that this phone gave last, until the server has it
 * A row whose record the server already counts is left to the server.
 */
import { t, time } from '../words.js';
import { counts, subscribe, whoami } from './queue.js';
import { wordOf } from './rules.js';
import * as store from './store.js';

/** @import { Item, Status } from '../types' */

const SPRITE = new URL('../../icons/sprite.svg', import.meta.url).pathname;
const OPEN = ['', 'open', 'next', 'missed'];
const GOING = ['due', 'running', 'paused'];
/** @type {Record<string, string>} what a step makes of a round (as webapp/patrols/states.py); handing over changes its holder only */
const MAKES = { start: 'running', pause: 'paused', resume: 'running', end: 'ended' };
/** @type {Status | null} */ let status = null;

/** Shows the outbox on this page and keeps it true. @returns {() => Promise<void>} to call when parts of the page were exchanged */
export function startMarks() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ let soon;
  const show = async () => { await Promise.all([showCounts(), showRounds(), showOrders(), showRecords(), showDuty(), showMachines(), showAsked(), showHandedOver()]); showNote(); };
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
  const steps = items.filter(({ kind, receipt }) => kind === 'round-step' && receipt?.status !== 'held').sort((a, b) => a.seq - b.seq);
  for (const round of rounds) {
    const here = (/** @type {Item} */ { about }) => about.round === round.dataset.round;
    showRound(round, scans.filter(here));
    showSteps(round, steps.filter(here));
  }
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

/** A page from the phone's memory knows nothing of a step made since: pausing must not offer to pause again.
 * @param {HTMLElement} round @param {Item[]} steps */
function showSteps(round, steps) {
  const counted = (round.dataset.steps ?? '').split(' ');
  const pending = steps.filter(({ id }) => !counted.includes(id));
  for (const list of elements('[data-pending-steps]', round)) list.replaceChildren(...pending.flatMap((item) => stepRow(round, item)));
  if (pending.length) for (const card of elements('[data-steps-card]', round)) card.hidden = false;
  const after = (/** @type {string} */ state, /** @type {Item} */ item) => (GOING.includes(state) ? MAKES[bodyOf(item).verb] ?? state : state);
  showWhile(round, pending.reduce(after, round.dataset.roundState ?? ''));
}

/** @param {HTMLElement} root @param {string} state */
function showWhile(root, state) {
  for (const part of elements('[data-while]', root)) part.hidden = !(part.dataset.while ?? '').split(' ').includes(state);
}

/** @param {HTMLElement} round @param {Item} item @returns {HTMLElement[]} */
function stepRow(round, item) {
  const template = /** @type {HTMLTemplateElement | null} */ (round.querySelector(`template[data-step="${CSS.escape(String(bodyOf(item).verb))}"]`));
  const row = /** @type {HTMLElement | undefined} */ (template?.content.firstElementChild?.cloneNode(true));
  if (row) mark(row, item);
  return row ? [row] : [];
}

/** @type {Set<string>} clockings that were on their way when this page was shown: it does not know them, however soon they arrive */
const unheard = new Set();

async function showDuty() {
  const [form] = elements('[data-duty]');
  if (!form) return;
  const { person } = await whoami();
  const made = Date.parse(form.dataset.made ?? '');
  const mine = (await store.records()).filter(({ kind, author, receipt }) => kind === 'duty' && author === person && receipt?.status !== 'held');
  for (const { id, receipt } of mine) if (!receipt || Date.parse(receipt.received_at) > made) unheard.add(id);
  const last = mine.filter(({ id }) => unheard.has(id)).sort((a, b) => a.seq - b.seq).at(-1);
  if (!last) return;
  showWhile(form, bodyOf(last).verb);
  const [since] = elements('[data-duty-since]', form);
  if (since) since.hidden = false;
  if (since) mark(since, last);
}

async function showMachines() {
  const machines = elements('[data-machine]');
  if (!machines.length) return;
  const said = (await store.records()).filter(({ kind, receipt }) => kind === 'equipment-status' && receipt?.status !== 'held').sort((a, b) => a.seq - b.seq);
  for (const machine of machines) {
    const made = Date.parse(machine.dataset.made ?? '');
    const last = said.findLast((item) => bodyOf(item).equipment === machine.dataset.machine && !(item.receipt && Date.parse(item.receipt.received_at) <= made));
    if (last) showMachine(machine, last);
  }
}

/** @param {HTMLElement} machine @param {Item} item what this phone said of it last */
function showMachine(machine, item) {
  const { status, text } = bodyOf(item);
  const pill = /** @type {HTMLTemplateElement | null} */ (machine.querySelector(`template[data-status="${CSS.escape(String(status))}"]`));
  for (const place of elements('[data-status-pill]', machine)) if (pill) place.replaceChildren(pill.content.cloneNode(true));
  for (const line of elements('[data-status-said]', machine)) line.hidden = true;
  for (const line of elements('[data-status-mine]', machine)) {
    line.hidden = false;
    mark(line, item);
    for (const words of elements('[data-status-words]', line)) words.textContent = text ? `“${text}”` : '';
  }
  showWhile(machine, status);
  // What is not asked now is not answered either.
  for (const field of /** @type {HTMLInputElement[]} */ (elements('[data-while] input', machine))) field.disabled = Boolean(field.closest('[hidden]'));
}

/** A question that this phone has answered is answered, and a handover taken over, whatever an older page says. */
async function showAsked() {
  const asked = elements('[data-asked], [data-handed]');
  if (!asked.length) return;
  const given = (await store.records()).filter(({ kind, receipt }) => ['answer', 'handover'].includes(kind) && receipt?.status !== 'held');
  for (const card of asked) {
    const about = card.dataset.asked ?? card.dataset.handed;
    const item = given.filter((each) => [bodyOf(each).question, bodyOf(each).about].includes(about)).at(-1);
    const [parts] = elements('.asked-parts', card);
    const [said] = elements('[data-answered]', card);
    if (!item || !parts || !said) continue;
    parts.hidden = true;
    said.hidden = false;
    mark(said, item);
  }
}

/** Given without signal: the page is blank again, and must not look as if nothing had been given. */
async function showHandedOver() {
  const places = elements('[data-handed-over]');
  if (!places.length) return;
  const item = (await store.records()).filter((each) => each.kind === 'handover' && !each.receipt && bodyOf(each).verb === 'give').at(-1);
  for (const place of places) {
    place.hidden = !item;
    if (item) mark(place, item);
  }
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
