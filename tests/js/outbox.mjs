// A small world around the outbox's core, for tests: a memory that changes as one, and a hand that runs effects.
import { createHash } from 'node:crypto';
import { begin, step } from '../../static/js/outbox/core.js';
import { envelope, digestPhotos } from '../../static/js/outbox/envelope.js';
import { onto } from '../../static/js/outbox/rules.js';

/** @import { Answer, Core, Effect, Event, Item, NewPhoto, Ticket } from '../../static/js/types' */

export const T0 = Date.parse('2026-11-23T08:00:00Z');
export const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

/** @param {string} person @returns {Ticket} */
export const ticket = (person, device = 'phone-1') =>
  ({ ticket: `T-${person}-${device}`, person, device, expires_at: '2027-05-01T00:00:00Z', gotAt: T0, refused: false });

/** @param {number} seq @param {Partial<Item> & {photo?: string}} [more] @returns {Item} */
export function item(seq, { photo, ...more } = {}) {
  const stamp = { author: 'ana', device: 'phone-1', at: new Date(T0 - 60_000 + seq), mono: seq, boot: 'b', zone: 'Asia/Shanghai' };
  const photos = digestPhotos(photo ? [{ data: new TextEncoder().encode(photo).buffer, mime: 'image/jpeg' }] : []);
  const made = envelope('note', { text: `n${seq}` }, { id: `id-${String(seq).padStart(4, '0')}` }, stamp, seq, photos.map(({ data, ...named }) => named));
  return { ...made, ...more };
}

/** @param {number} status @param {unknown} [json] @param {Partial<Extract<Answer, {kind: 'reply'}>>} [more] @returns {Answer} */
export const reply = (status, json = null, more = {}) => ({ kind: 'reply', status, json, retryAfter: null, ...more });
/** @type {Answer} */
export const timeout = { kind: 'none', why: 'timeout' };

/** @param {Item[]} items @param {Partial<Record<string, any>>} [changes] per id */
export const receipts = (items, changes = {}, epoch = 'e1') => reply(200, {
  received_at: '2026-11-23T08:00:01Z', epoch,
  results: items.map(({ id, sha256 }) => ({ id, sha256, status: 'accepted', receipt: 'K7Q-2F9', reason: null, message: null, photos_pending: [], ...changes[id] })),
});

/** Runs the core against scripted answers; the test says what the network answers to each call. */
export class World {
  /** @param {Item[]} items @param {Ticket[]} [tickets] */
  constructor(items, tickets = [ticket('ana')]) {
    /** @type {Map<string, Item>} */ this.store = new Map(items.map((each) => [each.id, each]));
    this.tickets = tickets;
    /** @type {string | null} */ this.epoch = null;
    this.now = T0;
    /** @type {Core} */ this.state = begin();
    /** @type {Effect[]} */ this.log = [];
    /** @type {Extract<Effect, {do: 'rest'}> | null} */ this.rested = null;
    /** @type {(effect: any, items: Item[]) => Answer} */ this.post = (_effect, sent) => receipts(sent);
    /** @type {(effect: any) => Answer} */ this.photo = ({ sha256 }) => reply(201, { sha256 });
    /** @type {(effect: any) => Answer} */ this.have = ({ ids }) => reply(200, { epoch: 'e1', have: ids });
    /** @type {(effect: any) => Answer} */ this.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e1', time: '', build: 'b', min_env: 1 });
  }

  /** @param {string} [reason] @param {{sole?: boolean, updated?: boolean}} [more] */
  run(reason = 'open', { sole = true, updated = false } = {}) {
    const items = [...this.store.values()].filter(({ state }) => state !== 'purged');
    /** @type {Event | null} */
    let event = { type: 'load', reason, items, tickets: this.tickets, epoch: this.epoch, sole, updated };
    for (let turns = 0; event; turns += 1) {
      if (turns > 5000) throw new Error('the core does not come to rest');
      /** @type {{state: Core, effects: Effect[]}} */
      const turn = step(this.state, event, { now: this.now, random: () => 0.5, self: 'me' });
      this.state = turn.state;
      event = null;
      for (const effect of turn.effects) event = this.perform(effect) ?? event;
    }
    return this;
  }

  /** @param {Effect} effect @returns {Event | null} */
  perform(effect) {
    this.log.push(effect);
    switch (effect.do) {
      case 'store': write(this.store, effect); this.epoch = effect.epoch ?? this.epoch;
        this.tickets = this.tickets.map((each) => (effect.refuse.includes(`${each.person}/${each.device}`) ? { ...each, refused: true } : each));
        return null;
      case 'ping': return { type: 'pinged', answer: this.ping(effect) };
      case 'post': {
        const sent = effect.ids.map((id) => /** @type {Item} */ (this.store.get(id)));
        const broken = sent.filter(({ payload, sha256 }) => hash(payload ?? '') !== sha256).map(({ id }) => id);
        return { type: 'posted', ids: effect.ids, key: effect.key, broken, answer: this.post(effect, sent.filter(({ id }) => !broken.includes(id))) };
      }
      case 'photo': return { type: 'photographed', sha256: effect.sha256, author: effect.author, key: effect.key, answer: this.photo(effect), broken: null };
      case 'have': return { type: 'had', ids: effect.ids, key: effect.key, answer: this.have(effect) };
      case 'rest': this.rested = effect; return null;
    }
  }

  states() { return [...this.store.values()].map(({ state }) => state); }
  /** @param {string} kind @returns {any[]} */
  done(kind) { return this.log.filter((effect) => effect.do === kind); }
  /** @param {number} seq @returns {Item} */
  at(seq) { return /** @type {Item} */ (this.store.get(`id-${String(seq).padStart(4, '0')}`)); }
  /** @param {number} ms */
  wait(ms) { this.now += ms; return this; }
}

/** What store.js does in one transaction. @param {Map<string, Item>} store @param {Extract<Effect, {do: 'store'}>} effect */
export function write(store, { changes }) {
  for (const change of changes) {
    const known = store.get(change.id);
    const changed = known && onto(known, change);
    if (changed) store.set(change.id, changed);
  }
}
