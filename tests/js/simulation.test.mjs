// Random schedules: saves, crashes between any two effects, lost replies, portals, other couriers, clocks that jump, a restored server.
// Every run prints its seed when it fails: `SEED=123 node --test tests/js/simulation.test.mjs` repeats it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, step } from '../../static/js/outbox/core.js';
import { T0, item, reply, ticket, timeout, write } from './outbox.mjs';

/** @import { Answer, Core, Effect, Event, Item } from '../../static/js/types' */

/** @param {number} seed mulberry32 */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Crash extends Error {}

/** A server that keeps what it says it keeps, behind a network that does not. */
class Server {
  /** @param {() => number} random */
  constructor(random) {
    this.random = random;
    this.epoch = 'e1';
    /** @type {Map<string, {sha256: string, author: string}>} */ this.rows = new Map();
    /** @type {Set<string>} */ this.photos = new Set();
    this.effects = 0;
    this.bad = true;
  }

  /** @param {() => any} work what a good server does @returns {Answer} */
  through(work) {
    const dice = this.bad ? this.random() : 1;
    if (dice < 0.08) return timeout;                                             // the request never arrived
    if (dice < 0.16) { work(); return timeout; }                                 // the reply never arrived
    if (dice < 0.20) return reply(200, null);                                    // a portal
    if (dice < 0.24) return reply([500, 502, 503, 429, 404][Math.floor(this.random() * 5)], null, { retryAfter: this.random() < 0.5 ? 30_000 : null });
    const json = work();
    if (dice < 0.28 && json.results) { this.spoil(json.results); }
    return reply(200, json);
  }

  /** @param {any[]} results */
  spoil(results) {
    const at = Math.floor(this.random() * results.length);
    const dice = this.random();
    if (dice < 0.3) results.splice(at, 1);
    else if (dice < 0.6) results[at] = { ...results[at], sha256: '0'.repeat(64) };
    else results[at] = { ...results[at], status: 'damaged' };
  }

  /** @param {Item[]} items @param {string} key */
  take(items, key) {
    return {
      epoch: this.epoch, received_at: 'now',
      results: items.map(({ id, sha256, author }) => {
        assert.ok(key.startsWith(`${author}/`), 'a record under another person\'s ticket');
        const known = this.rows.has(id);
        if (!known) { this.rows.set(id, { sha256, author }); this.effects += 1; }
        assert.equal(this.rows.get(id)?.sha256, sha256, 'bytes changed after saving');
        return { id, sha256, status: known ? 'duplicate' : 'accepted', receipt: 'R' };
      }),
    };
  }
}

/** @param {number} seed */
function simulate(seed) {
  const random = chance(seed);
  const server = new Server(random);
  /** @type {Map<string, Item>} */ const store = new Map();
  /** @type {Map<string, {sha256: string, photo: string | null}>} */ const saved = new Map();
  const tickets = [ticket('ana'), ticket('bo')];
  let now = T0;
  /** @type {string | null} */ let epoch = null;
  let seq = 0;

  const save = () => {
    seq += 1;
    const made = item(seq, { author: random() < 0.5 ? 'ana' : 'bo', savedAt: now, ...(random() < 0.3 ? { photo: `p${Math.floor(random() * 20)}` } : {}) });
    store.set(made.id, made);
    saved.set(made.id, { sha256: made.sha256, photo: made.photos[0]?.sha256 ?? null });
  };

  /** @param {Effect} effect @returns {Event | null} */
  const perform = (effect) => {
    if (server.bad && random() < 0.05) throw new Crash();
    if (effect.do === 'store') { write(store, effect); epoch = effect.epoch ?? epoch; return null; }
    if (effect.do === 'rest') return null;
    if (server.bad && random() < 0.2) save();                                    // B13: a save while a call is on its way
    if (effect.do === 'ping') return { type: 'pinged', answer: server.through(() => ({ nonce: effect.nonce, epoch: server.epoch })) };
    if (effect.do === 'post') {
      const items = effect.ids.map((id) => /** @type {Item} */ (store.get(id)));
      return { type: 'posted', ids: effect.ids, key: effect.key, broken: [], answer: server.through(() => server.take(items, effect.key)) };
    }
    if (effect.do === 'photo') {
      const answer = server.through(() => { server.photos.add(effect.sha256); return { sha256: effect.sha256 }; });
      return { type: 'photographed', sha256: effect.sha256, author: effect.author, key: effect.key, answer, broken: null };
    }
    const answer = server.through(() => ({ epoch: server.epoch, have: effect.ids.filter((id) => server.rows.has(id)) }));
    return { type: 'had', ids: effect.ids, key: effect.key, answer };
  };

  /** @type {Core} */ let state = begin();
  const run = (/** @type {string} */ reason) => {
    const items = [...store.values()].filter((each) => each.state !== 'purged');
    /** @type {Event | null} */ let event = { type: 'load', reason, items, tickets, epoch, sole: random() < 0.5, updated: random() < 0.02 };
    try {
      for (let turns = 0; event; turns += 1) {
        assert.ok(turns < 3000, 'the core does not come to rest');
        /** @type {{state: Core, effects: Effect[]}} */
        const turn = step(state, event, { now, random, self: `c${seed}` });
        state = turn.state;
        event = null;
        for (const effect of turn.effects) event = perform(effect) ?? event;
        check();
      }
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      state = begin();
    }
  };

  /** I1: what was saved is on the phone or at the server. I4: what is shown as received is at the server. */
  const check = () => {
    for (const [id, { sha256, photo }] of saved) {
      const here = store.get(id);
      if (!here) throw new Error('a record vanished');
      assert.equal(here.sha256, sha256);
      const there = server.rows.get(id)?.sha256 === sha256;
      assert.ok(there || here.payload !== null, `${id} is neither here nor there`);
      if (here.state === 'accepted' && here.receipt?.epoch === server.epoch) assert.ok(there, `${id} shows a receipt the server does not know`);
      if (here.photos[0]?.done && here.receipt?.epoch === server.epoch) assert.ok(server.photos.has(photo ?? ''), 'a photo counts as sent and is not there');
      if (here.payload === null) assert.ok(here.photos.every(({ done }) => done), 'purged before its photos');
    }
  };

  for (let round = 0; round < 40; round += 1) {
    const dice = random();
    if (dice < 0.3) for (let n = random() * 30; n > 0; n -= 1) save();
    now += dice < 0.6 ? 5_000 : dice < 0.9 ? 600_000 : 3 * 86_400_000;
    if (dice > 0.97) now -= 40 * 86_400_000;                                      // the clock is set back
    if (dice > 0.94 && dice < 0.96) {                                             // last night's backup is restored
      server.epoch = `e${round + 2}`;
      // The promise holds for copies younger than a week: what has been purged was in the backup.
      for (const id of server.rows.keys()) if (store.get(id)?.payload && random() < 0.5) server.rows.delete(id);
      for (const { photoIds } of store.values()) for (const sha256 of photoIds) if (random() < 0.5) server.photos.delete(sha256);
    }
    run(['saved', 'timer', 'open', 'online', 'tap', 'sync'][Math.floor(random() * 6)]);
    check();
  }
  server.bad = false;
  for (let n = 0; n < 6; n += 1) { now += 600_000; run('tap'); }
  assert.ok([...store.values()].every(({ state: each, photos }) => ['accepted', 'purged'].includes(each) && photos.every(({ done }) => done)), 'all arrives in the end');
  assert.equal([...saved.keys()].every((id) => server.rows.has(id)), true);
}

const first = Number(process.env.SEED ?? 1);
const runs = process.env.SEED ? 1 : Number(process.env.RUNS ?? 400);

test(`I1–I5 hold through ${runs} random schedules`, () => {
  for (let seed = first; seed < first + runs; seed += 1) {
    try { simulate(seed); } catch (error) { throw new Error(`seed ${seed}: ${/** @type {Error} */ (error).message}`, { cause: error }); }
  }
});
