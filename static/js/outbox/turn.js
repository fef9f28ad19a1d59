/** One turn of the outbox: the changes and effects a step collects, and the moves it makes. Pure; see core.js. */
import { backoff, FIRST, isStuck, keyOf, LEASE_MS, MOST } from './rules.js';

/** @import { Answer, Change, Core, Effect, Env, Item, PhotoItem, Receipt } from '../types' */

const RECEIPTS = ['accepted', 'duplicate', 'held'];
const DAY_MS = 86_400_000;
const ASIDE_MS = 600_000;
/** A record's error code when the server failed over it alone. */
export const SERVER_BROKE = 'http-500';

export class Turn {
  /** @param {Core} state @param {Env} env */
  constructor(state, env) {
    /** @type {Core} */ this.s = { ...state, items: new Map(state.items), askedAt: new Map(state.askedAt) };
    this.env = env;
    /** @type {Map<string, Change>} */ this.changes = new Map();
    /** @type {Effect[]} */ this.effects = [];
    /** @type {string[]} */ this.refused = [];
    /** @type {string | null} */ this.epoch = null;
  }

  /** @type {(id: string, patch: Partial<Item>, reoffer?: boolean) => void} */
  patch = (id, patch, reoffer = false) => {
    const item = this.s.items.get(id);
    if (!item) return;
    this.s.items.set(id, { ...item, ...patch });
    const change = { id, patch, reoffer, ...(patch.photos && !reoffer && item.state === 'accepted' && { under: item.receipt?.epoch }) };
    const before = this.changes.get(id);
    this.changes.set(id, before ? both(before, change) : change);
  };

  /** @param {string} epoch */
  remember = (epoch) => { this.epoch = epoch; };

  /** @param {string} key */
  refuse(key) {
    this.s.tickets = this.s.tickets.map((ticket) => (keyOf(ticket) === key ? { ...ticket, refused: true } : ticket));
    this.s.trouble = 'sign-in';
    this.refused.push(key);
  }

  /** A person must look; asks again by itself tomorrow. @param {Item} item @param {string} code @param {string | null} text */
  attention(item, code, text) {
    if (code === 'sign-in') this.s.trouble = 'sign-in';
    const { now } = this.env;
    this.patch(item.id, { state: 'attention', lease: null, nextAt: now + DAY_MS, error: { code, text, at: now } });
  }

  /** Nothing goes out for a while, and the next try begins with a ping. @param {Answer} answer */
  pause(answer) {
    const { s, env } = this;
    s.fails += 1;
    s.pinged = false;
    s.pausedUntil = env.now + backoff(s.fails, env.random);
    if (answer.kind === 'reply' && answer.retryAfter !== null) s.notBefore = env.now + answer.retryAfter;
    s.trouble = troubleOf(answer);
  }

  /** @param {string} sha256 @param {string} author @param {(photo: PhotoItem) => Partial<PhotoItem>} change */
  #photo(sha256, author, change) {
    for (const item of [...this.s.items.values()]) {
      if (item.author !== author || item.state !== 'accepted' || !item.photos.some((photo) => photo.sha256 === sha256)) continue;
      this.patch(item.id, { photos: item.photos.map((photo) => (photo.sha256 === sha256 ? { ...photo, ...change(photo) } : photo)) });
    }
  }

  /** The same picture may stand in several records: one receipt is good for all that were accepted. @param {string} sha256 @param {string} author */
  donePhoto(sha256, author) { this.#photo(sha256, author, () => ({ done: true, stuck: null })); }

  /** @param {string} sha256 @param {string} author @param {string} why */
  stickPhoto(sha256, author, why) { this.#photo(sha256, author, ({ done }) => (done ? {} : { stuck: why, nextAt: this.env.now + DAY_MS })); }

  /** @param {string} sha256 @param {string} author */
  tryPhotoLater(sha256, author) {
    const { now, random } = this.env;
    this.#photo(sha256, author, (photo) => {
      if (photo.done) return {};
      const failed = { tries: photo.tries + 1, firstFailAt: photo.firstFailAt ?? now };
      return isStuck(failed, now) ? { ...failed, stuck: 'stuck', nextAt: now + DAY_MS } : { ...failed, nextAt: now + backoff(failed.tries, random) };
    });
  }

  /** @param {string} sha256 @param {string} author */
  photoBytes(sha256, author) {
    for (const item of this.s.items.values()) {
      const photo = item.author === author && item.photos.find((each) => each.sha256 === sha256);
      if (photo) return photo.bytes;
    }
    return -1;
  }

  ping() {
    const { s, env } = this;
    s.nonce = Math.floor(env.random() * 2 ** 48).toString(36) + Math.floor(env.random() * 2 ** 48).toString(36);
    const good = s.bare ? undefined : s.tickets.find(({ refused }) => !refused);
    this.do({ do: 'ping', nonce: s.nonce, key: good ? keyOf(good) : null });
  }

  /** @param {{ids: string[], key: string}} batch */
  post(batch) {
    const { env } = this;
    for (const id of batch.ids) this.patch(id, { state: 'sending', lease: { by: env.self, until: env.now + LEASE_MS } });
    this.do({ do: 'post', ...batch });
  }

  /** @param {number | null} at */
  rest(at) { this.do({ do: 'rest', at, trouble: this.s.trouble, outdated: this.s.outdated }); }

  /** @param {Effect} effect */
  do(effect) { this.effects.push(effect); }

  /** @returns {{state: Core, effects: Effect[]}} the store always comes first: nothing is announced that is not written down */
  finish() {
    const { changes, refused, epoch, effects, s } = this;
    if (changes.size || refused.length || epoch) effects.unshift({ do: 'store', changes: [...changes.values()], refuse: refused, epoch });
    return { state: s, effects };
  }
}

/** @param {Answer} answer */
function troubleOf(answer) {
  if (answer.kind === 'none') return 'offline';
  if (answer.status === 429 || answer.status >= 500) return 'busy';
  return answer.status >= 400 ? 'refused' : 'portal';
}

/** @param {Turn} turn @param {Item} item @param {any} result @param {any} json @returns {boolean} whether it was a receipt for exactly these bytes */
export function accept(turn, item, result, json) {
  if (!result || result.sha256 !== item.sha256 || !RECEIPTS.includes(result.status)) return false;
  /** @type {Receipt} */
  const receipt = {
    status: result.status, receipt: String(result.receipt ?? ''), reason: result.reason ?? null, message: result.message ?? null,
    received_at: String(json.received_at ?? ''), epoch: json.epoch, at: turn.env.now,
  };
  turn.patch(item.id, { state: 'accepted', receipt, lease: null, error: null, nextAt: 0 });
  return true;
}

/** Back in line, nothing held against it. @param {Turn} turn @param {Item} item */
export function leave(turn, item) {
  turn.patch(item.id, { state: 'saved', lease: null });
}

/** Its own turn failed: it steps aside for a while, or for a person. @param {Turn} turn @param {Item} item @param {string} code */
export function retry(turn, item, code) {
  const { env } = turn;
  const failed = { tries: item.tries + 1, firstFailAt: item.firstFailAt ?? env.now };
  turn.patch(item.id, failed);
  if (isStuck(failed, env.now)) return turn.attention(item, 'stuck', code);
  turn.patch(item.id, { state: 'saved', lease: null, nextAt: env.now + backoff(failed.tries, env.random), error: { code, text: null, at: env.now } });
}

/** The call as a whole failed: all wait together. @param {Turn} turn @param {Item[]} items @param {Answer} answer */
export function later(turn, items, answer) {
  if (answer.kind === 'none' && answer.why === 'timeout') halve(turn, items);
  for (const item of items) {
    retry(turn, item, answer.kind === 'none' ? answer.why : `http-${answer.status}`);
    // The pause is everyone's; none of them is to blame alone.
    if (turn.s.items.get(item.id)?.state === 'saved') turn.patch(item.id, { nextAt: 0 });
  }
  turn.pause(answer);
}

/** Too much for the link or for a proxy: smaller calls for the next hour. @param {Turn} turn @param {Item[]} items */
function halve({ s, env }, items) {
  s.most = s.limit = Math.max(1, Math.floor(items.length / 2));
  s.cappedAt = env.now;
}

/** The call was not acceptable, or the server broke over it: halve until the one that is to blame stands alone.
 * @param {Turn} turn @param {Item[]} items @param {number} status @param {string | null} text */
export function split(turn, items, status, text) {
  const { s, env } = turn;
  if (items.length > 1) {
    if (status === 413) halve(turn, items);
    s.limit = Math.floor(items.length / 2);
    for (const item of items) leave(turn, item);
    return;
  }
  const [item] = items;
  if (status === 500) {
    retry(turn, item, SERVER_BROKE);
    // Longer than any pause, so that the others get past it.
    if (turn.s.items.get(item.id)?.state === 'saved') turn.patch(item.id, { nextAt: env.now + ASIDE_MS });
  } else turn.attention(item, status === 413 ? 'too-big' : 'refused', text ?? String(status));
  s.refusedInRow += 1;
  Object.assign(s, { limit: FIRST, most: MOST });
  // Two in a row are not the records' fault: stop asking for a while.
  if (s.refusedInRow >= 2) turn.pause({ kind: 'reply', status, json: null, retryAfter: null });
}

/** Two changes of one record as one. @param {Change} before @param {Change} change @returns {Change} */
function both(before, change) {
  const { photoIds, ...kept } = before.patch;
  const base = change.reoffer || photoIds === undefined ? kept : before.patch;
  const { under } = change.patch.photos ? change : before;
  return { id: change.id, patch: { ...base, ...change.patch }, reoffer: change.reoffer || (before.reoffer ?? false), ...(under !== undefined && { under }) };
}

/** What is written down in one transaction. @typedef {{changes: Change[], refuse: string[], epoch: string | null}} News */

/** Two writes as one. What is offered anew needs its pictures again: what was to make room before stays.
 * @param {News} first @param {News} then @returns {News} */
export function together(first, then) {
  const changes = new Map(first.changes.map((change) => [change.id, change]));
  for (const change of then.changes) {
    const before = changes.get(change.id);
    changes.set(change.id, before ? both(before, change) : change);
  }
  return { changes: [...changes.values()], refuse: [...new Set([...first.refuse, ...then.refuse])], epoch: then.epoch ?? first.epoch };
}
