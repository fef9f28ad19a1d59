/**
 * The courier: runs what core.js decides. The same module works in the page and in the service worker.
 * One courier at a time by Web Lock; a frozen holder loses it after 30 s of silence. The lock only saves work:
 * that nothing is doubled rests on the server's primary key.
 */
import { begin, step } from './core.js';
import { call } from './call.js';
import { keyOf, isUnsent } from './rules.js';
import { announce } from './queue.js';
import { sha256, sha256Text } from './sha256.js';
import { Pieces } from './pieces.js';
import * as store from './store.js';
import { together } from './turn.js';

/** @import { Answer, Core, Effect, Event, Item, Status, Trouble } from '../types' */
/** @import { News } from './turn.js' */
/** @typedef {ReturnType<typeof makeCourier>} Courier */

/** @type {News} */ const NOTHING = { changes: [], refuse: [], epoch: null };
const BEAT_MS = 5_000;
const SILENCE_MS = 30_000;

/** @param {{build: string}} options */
export function makeCourier({ build }) {
  const self = Math.random().toString(36).slice(2);
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('outbox-courier');
  /** @type {Core} */ let state = begin();
  /** @type {string | null} */ let again = null;
  /** @type {Promise<void> | null} */ let running = null;
  /** @type {(at: number | null) => void} */ let onRest = () => {};
  const pieces = new Pieces();
  let heardAt = Date.now();
  let holding = false;
  let full = false;
  /** @type {News} what a full phone could not write down: it goes with the next write, so that the store misses no step in between */ let owed = NOTHING;
  /** @type {string | null} what we wanted while another courier was at it */ let missed = null;

  channel?.addEventListener('message', ({ data }) => {
    if (data.type === 'beat') heardAt = Date.now();
    if (data.type === 'poke' && holding) again = stronger(again, data.reason);
    if (data.type === 'free' && missed !== null) poke(missed);
  });

  /** Sends what can be sent. Never throws; resolves when there is nothing left to do now.
   * @param {string} reason 'saved' | 'open' | 'online' | 'timer' | 'sync' | 'sign-in' | 'tap' (a tap forgets every back-off) |
   *   'full' (a record could not be saved: pictures that the server has may make room) */
  function poke(reason) {
    again = stronger(again, reason);
    running ??= run().finally(() => { running = null; });
    return running;
  }

  async function run() {
    while (again !== null) {
      const reason = again;
      again = missed = null;
      if (!(await withLock((sole, lost) => drain(reason, sole, lost)))) {
        missed = reason;
        channel?.postMessage({ type: 'poke', reason });
        return onRest(Date.now() + SILENCE_MS);
      }
    }
  }

  /** @param {(sole: boolean, lost: () => boolean) => Promise<void>} work @returns {Promise<boolean>} whether it was our turn */
  async function withLock(work) {
    if (!globalThis.navigator.locks) { await guarded(() => work(false, () => false)); return true; }
    let lost = false;
    let mine = false;
    const steal = Date.now() - heardAt > SILENCE_MS && (await navigator.locks.query()).held?.some(({ name }) => name === 'outbox');
    const turn = async (/** @type {Lock | null} */ lock) => {
      if (!lock) return;
      mine = true;
      await guarded(() => work(!steal, () => lost));
    };
    await navigator.locks.request('outbox', steal ? { steal: true } : { ifAvailable: true }, turn).catch(() => { lost = true; });
    return mine;
  }

  /** @param {() => Promise<void>} work */
  async function guarded(work) {
    holding = true;
    const beat = setInterval(() => channel?.postMessage({ type: 'beat' }), BEAT_MS);
    channel?.postMessage({ type: 'beat' });
    try {
      await work();
    } catch (error) {
      // The store cannot be opened or written: nothing is lost, the leases end by themselves.
      console.error('outbox', error);
      tell({ trouble: 'storage', at: Date.now() + SILENCE_MS, outdated: state.outdated });
    } finally {
      clearInterval(beat);
      holding = false;
      // After the lock is let go: whoever was refused looks for itself, it may see more network than we did.
      setTimeout(() => channel?.postMessage({ type: 'free' }), 50);
    }
  }

  /** @param {string} reason @param {boolean} sole @param {() => boolean} lost */
  async function drain(reason, sole, lost) {
    const [items, tickets, epoch, last, notBefore = 0] = await Promise.all(
      [store.records(), store.tickets(), store.meta('epoch'), store.meta('build'), store.meta('not-before')]);
    full = false;
    owed = NOTHING; // what this run knows is what the store holds
    if (last !== build) await note('build', build);
    const updated = last !== undefined && last !== build;
    /** @type {Event | null} */ let event = { type: 'load', reason, items, tickets, epoch: epoch ?? null, sole, updated, notBefore };
    while (event) {
      /** @type {{state: Core, effects: Effect[]}} */
      const turn = step(state, event, { now: Date.now(), random: Math.random, self });
      state = turn.state;
      event = null;
      for (const effect of turn.effects) {
        if (lost()) return;
        event = (await perform(effect)) ?? event;
      }
    }
    // "Not before" holds for the next page and for the worker too.
    if (state.notBefore !== notBefore) await note('not-before', state.notBefore);
  }

  /** On a full phone records must leave all the more. What cannot be written down is done once more after the next start, which doubles nothing:
   * the server knows the record by its id. @param {unknown} error */
  function unlessFull(error) {
    if (!(error instanceof store.PhoneFull)) throw error;
    full = true;
  }

  /** @param {string} key @param {unknown} value */
  const note = (key, value) => store.setMeta(key, value).catch(unlessFull);

  /** @param {Effect} effect @returns {Promise<Event | null>} */
  async function perform(effect) {
    switch (effect.do) {
      case 'store':
        owed = together(owed, effect);
        await store.writeDown(owed).then(() => { owed = NOTHING; }, unlessFull);
        announce({ type: 'change', ids: effect.changes.map(({ id }) => id) });
        return null;
      case 'ping': return { type: 'pinged', answer: await ping(effect) };
      case 'post': return post(effect);
      case 'photo': return sendPhoto(effect);
      case 'have': {
        const answer = await call('/sync/have', { method: 'POST', ticket: ticket(effect.key), json: { ids: effect.ids } });
        return { type: 'had', ids: effect.ids, key: effect.key, answer };
      }
      case 'rest': tell(full && !effect.trouble ? { ...effect, trouble: 'full' } : effect); return null;
    }
  }

  /** @param {string | null} key */
  const ticket = (key) => state.tickets.find((each) => keyOf(each) === key)?.ticket ?? null;

  /** @param {Extract<Effect, {do: 'ping'}>} effect @returns {Promise<Answer>} */
  async function ping({ nonce, key }) {
    const before = Date.now();
    /** @type {Record<string, string>} */
    const headers = key ? { 'Rounds-Phone': JSON.stringify(await phone(key)) } : {};
    const answer = await call(`/sync/ping?n=${nonce}`, { ticket: ticket(key), headers });
    const time = answer.kind === 'reply' ? Date.parse(answer.json?.time) : NaN;
    if (time) {
      const rtt = Date.now() - before;
      const sample = { offset_ms: Math.round(time - before - rtt / 2), rtt_ms: rtt, at: before };
      await note('clock', [...((await store.meta('clock')) ?? []), sample].slice(-20));
    }
    return answer;
  }

  /** What the office may know of this phone: how many records it still owes. @param {string} key */
  async function phone(key) {
    const device = key.split('/')[1];
    const unsent = [...state.items.values()].filter(isUnsent).map(({ savedAt }) => savedAt);
    const { persisted = null, installed = null } = (await store.meta('phone')) ?? {};
    return {
      device, max_seq: (await store.meta(`seq:${device}`)) ?? 0, unsent: unsent.length, persisted, installed, build,
      oldest_unsent_at: unsent.length ? new Date(Math.min(...unsent)).toISOString() : null,
    };
  }

  /** @param {Extract<Effect, {do: 'post'}>} effect @returns {Promise<Event>} */
  async function post({ ids, key }) {
    const items = ids.map((id) => /** @type {Item} */ (state.items.get(id)));
    // Bytes that no longer match their digest are the phone's fault: a person must see that, the server cannot help.
    const whole = items.filter(({ payload, sha256: digest }) => payload !== null && sha256Text(payload) === digest);
    const broken = items.filter((item) => !whole.includes(item)).map(({ id }) => id);
    const records = whole.map(({ id, sha256: digest, payload }) => ({ id, sha256: digest, payload }));
    const json = { sent_at: new Date().toISOString(), records };
    /** @type {Answer} */
    const answer = whole.length ? await call('/sync', { method: 'POST', ticket: ticket(key), json }) : { kind: 'none', why: 'network' };
    return { type: 'posted', ids, key, broken, answer };
  }

  /** Photos come after records: one that was saved meanwhile goes first, and the photo goes on where it stopped.
   * @param {Extract<Effect, {do: 'photo'}>} effect @returns {Promise<Event | null>} */
  async function sendPhoto({ sha256: digest, author, mime, key }) {
    const urgent = () => again !== null;
    if (urgent()) return null;
    const kept = await store.photo(digest);
    const broken = !kept ? 'missing' : sha256(kept.data) !== digest ? 'broken' : null;
    const answer = kept && !broken ? await pieces.send({ sha256: digest, mime, data: kept.data }, ticket(key), urgent) : null;
    return answer || broken ? { type: 'photographed', sha256: digest, author, key, answer, broken } : null;
  }

  /** @param {{trouble: Trouble, at: number | null, outdated: boolean}} rest */
  async function tell({ trouble, at: wakeAt, outdated }) {
    onRest(wakeAt);
    const samples = (await store.meta('clock').catch(() => null)) ?? [];
    /** @type {Status} */
    const status = { trouble, outdated, at: Date.now(), wakeAt, clockOffMs: samples.at(-1)?.offset_ms ?? null };
    announce({ type: 'status', status });
  }

  /** @param {(at: number | null) => void} listener told when to come back by itself, or null */
  const whenResting = (listener) => { onRest = listener; };
  return { poke, onRest: whenResting };
}

const STRENGTH = ['timer', 'saved', 'sync', 'open', 'online', 'sign-in', 'tap', 'full'];

/** @param {string | null} a @param {string} b */
const stronger = (a, b) => (a !== null && STRENGTH.indexOf(a) > STRENGTH.indexOf(b) ? a : b);
