/** Questions about the outbox's state: what is due, under whose ticket, and which word a person sees. Pure. */

/** @import { Change, Core, Item, PhotoItem, Ticket, Word } from '../types' */

/** Longer than any call may take (30 s), so a living courier never loses its lease; a dead one's is over by itself. */
export const LEASE_MS = 90_000;
/** The intake's own ceiling of records in a call; the bytes keep a call under the time limit on a weak link. */
export const MOST = 100;
/** The first call of a courier; each that goes well doubles the next. */
export const FIRST = 20;
const BATCH_BYTES = 256 * 1024;
/** What the JSON around a payload costs: id, digest, quotes and their escapes. */
const WRAPPING = 200;
const DAY_MS = 86_400_000;
const KEEP_MS = 7 * DAY_MS;
const MOST_TRIES = 50;
/** Records whose pictures make room at once: some megabytes. */
const MAKING_ROOM = 20;
export const STALE_CONTACT_MS = 300_000;

/** 15 s, 30 s … 5 min, each shortened by up to half at random so that a hundred phones do not come back together.
 * @param {number} tries @param {() => number} random */
export function backoff(tries, random) {
  return Math.min(300_000, 15_000 * 2 ** Math.max(0, tries - 1)) * (0.5 + random() / 2);
}

/** @param {{tries: number, firstFailAt: number | null}} item @param {number} now */
export const isStuck = (item, now) => item.tries > MOST_TRIES || (item.firstFailAt !== null && now - item.firstFailAt > DAY_MS);

/** @param {Ticket} ticket */
export const keyOf = (ticket) => `${ticket.person}/${ticket.device}`;

/** A record leaves under its author's ticket, whoever is signed in by then; the one of its own device first.
 * @param {Core} s @param {Item} item @returns {Ticket | null} */
export function ticketFor(s, item) {
  const mine = s.tickets.filter(({ person, refused }) => person === item.author && !refused);
  return mine.find(({ device }) => device === item.device) ?? mine[0] ?? null;
}

/** @param {Core} s @param {number} now */
export const needsTicket = (s, now) => [...s.items.values()].filter((item) => isDue(item, now) && !ticketFor(s, item));

/** @param {Item} item @param {number} now */
const isDue = (item, now) => item.state === 'saved' && item.nextAt <= now;

/** The oldest due record's ticket, and all that may go with it: in order of seq, passing over what waits.
 * @param {Core} s @param {number} now @returns {{ids: string[], key: string} | null} */
export function dueBatch(s, now) {
  const due = [...s.items.values()].filter((item) => isDue(item, now) && ticketFor(s, item)).sort((a, b) => a.savedAt - b.savedAt || a.seq - b.seq);
  if (due.length === 0) return null;
  const key = keyOf(/** @type {Ticket} */ (ticketFor(s, due[0])));
  const lane = due.filter((item) => keyOf(/** @type {Ticket} */ (ticketFor(s, item))) === key).sort((a, b) => a.seq - b.seq);
  const ids = [];
  let bytes = 0;
  for (const item of lane.slice(0, s.limit)) {
    bytes += item.bytes + WRAPPING;
    if (ids.length > 0 && bytes > BATCH_BYTES) break;
    ids.push(item.id);
  }
  return { ids, key };
}

/** Photos go after the records that name them, small ones first. @param {Core} s @param {number} now */
export function duePhoto(s, now) {
  let best = null;
  for (const item of s.items.values()) {
    if (item.state !== 'accepted') continue;
    const ticket = ticketFor(s, item);
    if (!ticket) continue;
    for (const { sha256, mime, bytes, done, stuck, nextAt } of item.photos) {
      if (done || stuck || nextAt > now || (best && best.bytes <= bytes)) continue;
      best = { sha256, mime, bytes, author: item.author, key: keyOf(ticket) };
    }
  }
  return best;
}

/** Safe for a week by both clocks: this phone's may have been set since. The server's is known from the first contact on.
 * @param {Core} s @param {Item} item @param {number} now */
export function isRipe({ ahead }, { receipt }, now) {
  const long = now - (receipt?.at ?? now) >= KEEP_MS;
  return long && (Number.isNaN(ahead) || now - ahead - Date.parse(receipt?.received_at ?? '') >= KEEP_MS);
}

/** What has been safe for a week is asked for, once a day, before its copy here goes. @param {Core} s @param {number} now */
export function dueHave(s, now) {
  const ripe = [...s.items.values()].filter((item) => item.state === 'accepted' && ticketFor(s, item)
    && item.photos.every(({ done }) => done) && item.receipt?.epoch === s.epoch
    && isRipe(s, item, now) && now - (s.askedAt.get(item.id) ?? 0) >= DAY_MS);
  const asked = ripe.length || !s.pressed ? ripe : heavy(s);
  if (asked.length === 0) return null;
  const key = keyOf(/** @type {Ticket} */ (ticketFor(s, asked[0])));
  return { key, ids: asked.filter((item) => keyOf(/** @type {Ticket} */ (ticketFor(s, item))) === key).slice(0, MOST).map(({ id }) => id) };
}

/** On a full phone: the records longest with the server whose pictures still lie here. @param {Core} s */
function heavy(s) {
  return [...s.items.values()]
    .filter((item) => item.state === 'accepted' && ticketFor(s, item) && item.photoIds.length > 0 && item.photos.every(({ done }) => done)
      && item.receipt?.epoch === s.epoch)
    .sort((a, b) => (a.receipt?.at ?? 0) - (b.receipt?.at ?? 0))
    .slice(0, MAKING_ROOM);
}

/** When to look again by ourselves. @param {Core} s @param {number} now @returns {number | null} */
export function wakeAt(s, now) {
  const times = [];
  for (const item of s.items.values()) {
    if (item.state === 'saved') times.push(item.nextAt);
    if (item.state === 'sending' && item.lease) times.push(item.lease.until);
    if (item.state === 'accepted') for (const p of item.photos) if (!p.done && !p.stuck && ticketFor(s, item)) times.push(p.nextAt);
  }
  return times.length ? Math.max(now + 1000, s.pausedUntil, s.notBefore, Math.min(...times)) : null;
}

/** @param {Item} item @returns {Word} */
export function wordOf(item) {
  if (item.state === 'attention' || item.photos.some(({ stuck }) => stuck)) return 'needs';
  if (item.state === 'saved') return 'waiting';
  if (item.state === 'sending') return 'sending';
  return item.receipt?.status === 'held' ? 'held' : 'received';
}

/** Whether the phone still owes something of it. @param {Item} item */
export const isUnsent = (item) =>
  item.state !== 'purged' && (item.state !== 'accepted' || item.photos.some((/** @type {PhotoItem} */ { done }) => !done));

/** What a change makes of a record as the phone holds it now; null where the courier behind it knew less than the phone does: it may have lost
 * its lock without having noticed. @param {Item} item @param {Change} change @returns {Item | null} */
export function onto(item, { patch, reoffer, under }) {
  const { photos, ...rest } = patch;
  const backwards = item.state === 'accepted' && patch.state && patch.state !== 'accepted' && patch.state !== 'purged';
  if (item.state === 'purged' || (backwards && !reoffer)) return null;
  // Nothing goes for a receipt that could not be written down here.
  if (patch.photoIds && item.state !== 'accepted' && !patch.receipt) return null;
  // A picture counts as received beside the receipt it was sent after: a restored server may have the record anew, and not yet the picture.
  const stale = under !== undefined && !patch.receipt && (item.state !== 'accepted' || item.receipt?.epoch !== under);
  return { ...item, ...rest, ...(photos && !stale && { photos }) };
}
