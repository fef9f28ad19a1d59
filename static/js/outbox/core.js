/**
 * The outbox as a pure function: `step(state, event, env) → {state, effects}`. No clock, no chance, no storage, no network of its own;
 * tests/simulate plays it, with the store and courier around it, through random schedules of crashes and lost replies.
 *
 *   draft ──save──▶ saved ──lease──▶ sending ──receipt──▶ accepted ──asked, 7 days──▶ purged (a tombstone keeps the receipt)
 *                     ▲                │ no or odd answer ─▶ saved, with back-off
 *                     └─ lease over ◀──┘ refused, broken, stuck ─▶ attention ──daily, update, sign-in, tap──▶ saved
 *
 * Two rules carry everything: a record moves on only through a receipt with its id AND its sha256, and every `store` effect stands
 * before the call it announces. Whatever runs the effects may die between any two of them.
 *
 * Batches start at 20 records and double up to the intake's 100 while all goes well: a weak link sees small calls, a backlog of 500
 * needs seven. A timeout or 413 halves them for an hour.
 */
import { ENV } from './envelope.js';
import { accept, later, leave, retry, SERVER_BROKE, split, Turn } from './turn.js';
import { duePhoto, dueBatch, dueHave, FIRST, isRipe, LEASE_MS, needsTicket, ticketFor, wakeAt, STALE_CONTACT_MS, MOST } from './rules.js';

/** @import { Answer, Core, Effect, Env, Event, Item } from '../types' */

/** @returns {Core} a courier that has not looked at anything yet */
export function begin() {
  return {
    items: new Map(), tickets: [], epoch: null, nonce: null, pinged: false, bare: false, outdated: false, contactAt: 0, ahead: NaN, limit: FIRST, most: MOST, cappedAt: 0, fails: 0,
    pausedUntil: 0, notBefore: 0, refusedInRow: 0, trouble: null, askedAt: new Map(), pressed: false,
  };
}

/**
 * @param {Core} state @param {Event} event @param {Env} env
 * @returns {{state: Core, effects: Effect[]}}
 */
export function step(state, event, env) {
  const turn = new Turn(state, env);
  switch (event.type) {
    case 'load': load(turn, event); break;
    case 'pinged': pinged(turn, event.answer); break;
    case 'posted': posted(turn, event); break;
    case 'photographed': photographed(turn, event); break;
    case 'had': had(turn, event); break;
  }
  next(turn);
  return turn.finish();
}

/** A run begins with what the store holds now. @param {Turn} turn @param {Extract<Event, {type: 'load'}>} event */
function load({ s, env, patch }, event) {
  Object.assign(s, { items: new Map(event.items.map((item) => [item.id, item])), pinged: false, nonce: null, bare: false });
  s.tickets = [...event.tickets].sort((a, b) => b.gotAt - a.gotAt);
  if (event.epoch) s.epoch = event.epoch;
  if (event.reason === 'full') s.pressed = true;
  s.notBefore = event.notBefore ?? s.notBefore;
  const tap = event.reason === 'tap';
  const fresh = tap || event.reason === 'online' || event.reason === 'open' || event.reason === 'sign-in' || event.reason === 'full';
  if (fresh) Object.assign(s, { pausedUntil: 0, fails: 0 });
  if (tap) Object.assign(s, { notBefore: 0, tickets: s.tickets.map((ticket) => ({ ...ticket, refused: false })) });
  if (Math.abs(env.now - s.cappedAt) > 3_600_000) s.most = MOST;
  // A clock that jumped must not leave us waiting for a time that never comes.
  if (s.pausedUntil - env.now > 600_000) s.pausedUntil = 0;
  if (s.notBefore - env.now > 86_400_000) s.notBefore = 0;
  for (const item of event.items) {
    if (item.state === 'sending' && leaseOver(item, env.now, event.sole)) patch(item.id, { state: 'saved', lease: null });
    else if (item.state === 'attention' && comesBack(item, event, s, env.now)) {
      patch(item.id, { state: 'saved', nextAt: 0, tries: 0, firstFailAt: null });
    } else if (item.state === 'saved' && item.nextAt > 0) {
      const aside = item.error?.code === SERVER_BROKE && !tap;
      if ((fresh && !aside) || tooFar(item.nextAt, env.now)) patch(item.id, { nextAt: 0 });
    }
    freshenPhotos(item, patch, fresh, tap || event.updated, env.now);
  }
}

/** @param {Item} item @param {number} now @param {boolean} sole whether the lock proves that no other courier lives */
const leaseOver = (item, now, sole) =>
  sole || !item.lease || item.lease.until <= now || item.lease.until - now > LEASE_MS;

/** @param {number} at @param {number} now */
const tooFar = (at, now) => at - now > 25 * 3_600_000;

/** @param {Item} item @param {Extract<Event, {type: 'load'}>} event @param {Core} s @param {number} now */
function comesBack(item, event, s, now) {
  if (event.reason === 'tap') return true;
  if (item.error?.code === 'sign-in') return ticketFor(s, item) !== null;
  return event.updated || event.reason === 'sign-in' || item.nextAt <= now || tooFar(item.nextAt, now);
}

/** @param {Item} item @param {Turn['patch']} patch @param {boolean} fresh @param {boolean} all @param {number} now */
function freshenPhotos(item, patch, fresh, all, now) {
  const waits = (/** @type {Item['photos'][number]} */ photo) =>
    !photo.done && (photo.stuck ? all || photo.nextAt <= now || tooFar(photo.nextAt, now) : fresh && photo.nextAt > 0);
  if (!item.photos.some(waits)) return;
  patch(item.id, { photos: item.photos.map((p) => (waits(p) ? { ...p, stuck: null, nextAt: 0, ...(p.stuck ? { tries: 0, firstFailAt: null } : {}) } : p)) });
}

/** Only our own server knows the nonce: anything else is a captive portal or a stale copy. @param {Turn} turn @param {Answer} answer */
function pinged(turn, answer) {
  const { s, env } = turn;
  // A ticket the server does not know must not keep the other people's records waiting: ask once more without it.
  if (answer.kind === 'reply' && answer.status === 401 && !s.bare) return void (s.bare = true);
  const ours = answer.kind === 'reply' && answer.status === 200 && typeof answer.json?.epoch === 'string' && answer.json.nonce === s.nonce;
  s.nonce = null;
  if (!ours) return turn.pause(answer);
  Object.assign(s, { pinged: true, contactAt: env.now, ahead: env.now - Date.parse(answer.json.time), trouble: null });
  // What is made in too old a form still goes out: the server keeps it. But the person should know, and update.
  s.outdated = answer.json.min_env > ENV;
  meet(turn, answer.json.epoch);
}

/** A new epoch is a server restored from a backup: offer it again every copy still here. Also where the epoch is known by now: a receipt of
 * the old one may have been written down after another courier of this phone had met the new one. @param {Turn} turn @param {string} epoch */
function meet({ s, env, patch, remember }, epoch) {
  if (s.epoch !== null) {
    for (const item of s.items.values()) {
      if (item.state === 'accepted' && item.receipt?.epoch !== epoch) reoffer(patch, item, env.now);
    }
  }
  if (s.epoch === epoch) return;
  s.epoch = epoch;
  remember(epoch);
}

/** @param {Turn['patch']} patch @param {Item} item @param {number} now */
function reoffer(patch, item, now) {
  const photos = item.photos.map((photo) => ({ ...photo, done: false, stuck: null, tries: 0, nextAt: 0, firstFailAt: null }));
  patch(item.id, { state: 'saved', tries: 0, nextAt: 0, firstFailAt: null, photos, error: { code: 'reoffer', text: null, at: now } }, true);
}

/** @param {Turn} turn @param {Extract<Event, {type: 'posted'}>} event */
function posted(turn, { ids, key, answer, broken }) {
  const sent = ids.map((id) => turn.s.items.get(id)).filter((item) => item?.state === 'sending').map((item) => /** @type {Item} */ (item));
  for (const item of sent.filter(({ id }) => broken.includes(id))) turn.attention(item, 'broken', null);
  const rest = sent.filter(({ id }) => !broken.includes(id));
  if (rest.length === 0) return;
  if (answer.kind === 'none') return later(turn, rest, answer);
  const { status, json } = answer;
  if (status === 200 && Array.isArray(json?.results) && typeof json.epoch === 'string') return settle(turn, rest, json);
  if (status === 401 && json !== null) return refuse(turn, rest, key);
  if (status === 500 || (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status))) return split(turn, rest, status, json?.message ?? null);
  later(turn, rest, answer);
}

/** Receipts, one by one: what the reply does not name, or names wrongly, stays. @param {Turn} turn @param {Item[]} items @param {any} json */
function settle(turn, items, json) {
  const { s } = turn;
  const byId = new Map(json.results.map((/** @type {any} */ result) => [result?.id, result]));
  let moved = 0;
  for (const item of items) {
    const result = byId.get(item.id);
    if (accept(turn, item, result, json)) moved += 1;
    else retry(turn, item, result?.status === 'damaged' ? 'damaged' : 'no-receipt');
  }
  if (moved === 0) return turn.pause({ kind: 'reply', status: 200, json, retryAfter: null });
  Object.assign(s, { fails: 0, refusedInRow: 0, trouble: null });
  if (moved === items.length) s.limit = Math.min(s.most, s.limit * 2);
  meet(turn, json.epoch);
}

/** This person's ticket is not good any more. Everyone else's records go on. @param {Turn} turn @param {Item[]} items @param {string} key */
function refuse(turn, items, key) {
  turn.refuse(key);
  for (const item of items) leave(turn, item);
}

/** @param {Turn} turn @param {Extract<Event, {type: 'photographed'}>} event */
function photographed(turn, { sha256, author, key, answer, broken }) {
  if (broken || !answer) return turn.stickPhoto(sha256, author, broken ?? 'missing');
  if (answer.kind === 'none') { turn.tryPhotoLater(sha256, author); return turn.pause(answer); }
  const { status, json } = answer;
  const bytes = turn.photoBytes(sha256, author);
  // A portal says 200 to anything; only our server can name the digest, or the length it now holds.
  if ((status === 200 || status === 201 || status === 204) && (json?.sha256 === sha256 || answer.offset === bytes)) {
    Object.assign(turn.s, { fails: 0, trouble: null });
    return turn.donePhoto(sha256, author);
  }
  if (status === 401) return turn.refuse(key);
  if (status === 413) return turn.stickPhoto(sha256, author, 'too-big');
  if (status === 415) return turn.stickPhoto(sha256, author, 'not-a-picture');
  turn.tryPhotoLater(sha256, author);
  if (status < 400 || status >= 500 || [408, 425, 429].includes(status)) turn.pause(answer);
}

/** Only what the server says it holds, in this epoch, may leave the phone. @param {Turn} turn @param {Extract<Event, {type: 'had'}>} event */
function had(turn, { ids, key, answer }) {
  const { s, env, patch } = turn;
  if (answer.kind === 'none') return turn.pause(answer);
  if (answer.status === 401) return turn.refuse(key);
  const { json } = answer;
  for (const id of ids) s.askedAt.set(id, env.now);
  if (answer.status !== 200 || !Array.isArray(json?.have) || typeof json.epoch !== 'string') return turn.pause(answer);
  if (json.epoch !== s.epoch) return meet(turn, json.epoch);
  s.pressed = false; // once more only when another save fails
  const have = new Set(json.have);
  for (const id of ids) {
    const item = s.items.get(id);
    if (item?.state !== 'accepted') continue;
    if (!have.has(id)) reoffer(patch, item, env.now);
    else if (isRipe(s, item, env.now)) patch(id, { state: 'purged', payload: null, photoIds: [] });
    else patch(id, { photoIds: [] }); // the phone is full: pictures that the server has make room, the record stays its week
  }
}

/** One thing at a time: a word with the server, then records, then photos, then what may go. @param {Turn} turn */
function next(turn) {
  const { s, env } = turn;
  for (const item of needsTicket(s, env.now)) turn.attention(item, 'sign-in', null);
  const waiting = Math.max(s.pausedUntil, s.notBefore) > env.now;
  const batch = waiting ? null : dueBatch(s, env.now);
  const photo = waiting || batch ? null : duePhoto(s, env.now);
  const have = waiting || batch || photo ? null : dueHave(s, env.now);
  const stale = !waiting && (env.now - s.contactAt > STALE_CONTACT_MS || env.now < s.contactAt);
  if (!batch && !photo && !have && !stale) return turn.rest(wakeAt(s, env.now));
  if (!s.pinged) return turn.ping();
  if (batch) return turn.post(batch);
  if (photo) return turn.do({ do: 'photo', ...photo });
  if (have) return turn.do({ do: 'have', ...have });
  turn.rest(wakeAt(s, env.now));
}
