// What a browser gives the outbox, in the schedule's hand: clock, timers, chance, locks, network. Import it before anything of static/js.
//
// One thing happens at a time. Whatever runs for another page, worker or phone meanwhile runs inside `as`, and is done when it returns.
import { webcrypto } from 'node:crypto';

/** `moves` counts what happens; `outside`: something this process waits for, but not by its own clock.
 * @typedef {{now: number, random: () => number, context: any, moves: number, outside: Promise<unknown> | null,
 *   fetch: (url: any, options: any) => Promise<any>}} Stage */

/** @type {Stage} */
export const stage = { now: 0, random: () => 0.5, context: null, moves: 0, outside: null, fetch: () => never };
/** What a dead page waits for. @type {Promise<any>} */
export const never = new Promise(() => {});
export const realTime = globalThis.performance.now.bind(globalThis.performance);

const RealDate = Date;
const phoneTime = () => stage.now + (stage.context?.phone.skew ?? 0);
globalThis.Date = /** @type {any} */ (class extends RealDate {
  /** @param {any[]} given */
  constructor(...given) { super(.../** @type {[any]} */ (given.length ? given : [phoneTime()])); }
  static now() { return phoneTime(); }
});
Math.random = () => stage.random();

/** @param {string} name @param {unknown} value */
const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
put('performance', { now: () => stage.now });
put('crypto', {
  subtle: webcrypto.subtle,
  getRandomValues: (/** @type {Uint8Array} */ bytes) => { for (let n = 0; n < bytes.length; n += 1) bytes[n] = Math.floor(stage.random() * 256); return bytes; },
});
put('navigator', { onLine: true, get locks() { return stage.context.phone.locks; } });
put('BroadcastChannel', undefined);   // tabs that hear nothing of each other are the hard case
put('IDBKeyRange', { bound: (/** @type {any} */ lower, /** @type {any} */ upper) => ({ lower, upper }) });
put('fetch', (/** @type {any} */ url, /** @type {any} */ options) => stage.fetch(url, options));

/** @type {Map<number, {at: number, call: () => void, again: number | null, context: any}>} */
const timers = new Map();
let made = 0;
/** @param {number | null} again */
const timer = (again) => (/** @type {() => void} */ call, /** @type {number} */ ms = 0) => {
  timers.set(++made, { at: stage.now + ms, call, again: again === null ? null : Math.max(1, ms), context: stage.context });
  return made;
};
put('setTimeout', timer(null));
put('setInterval', timer(0));
put('clearTimeout', (/** @type {number} */ id) => { timers.delete(id); });
put('clearInterval', (/** @type {number} */ id) => { timers.delete(id); });

/** Lets time pass, and timers ring. @param {number} ms */
export function pass(ms) {
  stage.now += ms;
  for (const [id, each] of [...timers]) {
    if (each.at > stage.now || !timers.has(id)) continue;
    if (each.again === null) timers.delete(id); else each.at = stage.now + each.again;
    each.call();
  }
}

/** Nothing of an earlier schedule goes on. @param {number} now @param {() => number} random */
export function clear(now, random) {
  timers.clear();
  acts.length = 0;
  Object.assign(stage, { now, random, context: null });
}

/** Does the work as that page or worker; ends when it is done, or the page is dead. @template T
 * @param {Context} context @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
export async function as(context, work) {
  const before = stage.context;
  stage.context = context;
  const beats = beating(context);
  const finish = async () => {
    try {
      return await work();
    } finally {
      while (context.alive && beating(context) > beats) await settled();   // a courier whose lock was stolen is still at it
    }
  };
  const end = Promise.race([finish(), context.death]);
  const mine = { over: false, end: end.then(() => {}, () => {}).then(() => { mine.over = true; }) };
  acts.push(mine);
  try {
    await ringing(mine);
    return await end;
  } finally {
    while (acts[acts.length - 1] !== mine) await settled();   // what began inside ends first, also when we died meanwhile
    acts.pop();
    await quiet();   // what nobody waited for, such as telling the pages
    stage.context = before;
  }
}

/** How many couriers of this page are at work: each beats at an interval. @param {Context} context */
const beating = (context) => [...timers.values()].filter((each) => each.context === context && each.again !== null).length;

/** @type {{over: boolean, end: Promise<void>}[]} what is going on, the innermost last */
const acts = [];

/** When everything waits for a clock, the clock goes on to the next ring. @param {{over: boolean, end: Promise<void>}} mine */
async function ringing(mine) {
  for (let idle = 0, moves = stage.moves; !mine.over;) {
    const innermost = acts[acts.length - 1];
    if (innermost !== mine) { await innermost.end; await settled(); idle = 0; continue; }
    if (stage.outside) { await Promise.race([stage.outside, mine.end]); idle = 0; continue; }
    await settled();
    idle = moves === stage.moves ? idle + 1 : 0;
    moves = stage.moves;
    if (idle < 50 || stage.outside) continue;
    const next = Math.min(...[...timers.values()].map(({ at }) => at));
    if (next === Infinity) throw new Error('everything waits, and for nothing');
    pass(Math.max(0, next - stage.now));
    idle = 0;
  }
}

/** Until nothing has moved for some turns of the loop. */
async function quiet() {
  for (let still = 0, moves = stage.moves; still < 4;) {
    await settled();
    still = moves === stage.moves ? still + 1 : 0;
    moves = stage.moves;
  }
}

/** @returns {Promise<void>} */
export const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** A page, or the worker, of a phone, as long as it lives. */
export class Context {
  /** @param {any} phone @param {string} name */
  constructor(phone, name) {
    this.phone = phone;
    this.name = name;
    this.alive = true;
    /** @type {any} */ this.courier = null;
    /** @type {() => void} */ this.end = () => {};
    /** @type {Promise<undefined>} */ this.death = new Promise((resolve) => { this.end = () => resolve(undefined); });
  }

  /** From here on nothing it began goes on; locks fall. */
  die() {
    if (!this.alive) return;
    this.alive = false;
    this.phone.lockKeeper.release(this);
    this.end();
  }
}

/** Web Locks of one phone: one name, one holder. */
export class LockKeeper {
  constructor() {
    /** @type {{context: Context, reject: (error: Error) => void} | null} */ this.holder = null;
  }

  async query() { return { held: this.holder ? [{ name: 'outbox' }] : [] }; }

  /** @param {string} name @param {{ifAvailable?: boolean, steal?: boolean}} how @param {(lock: any) => Promise<any>} work */
  async request(name, how, work) {
    if (this.holder && !how.steal) return work(null);
    this.holder?.reject(new Error('stolen'));
    const { context } = stage;
    return new Promise((resolve, reject) => {
      const mine = { context, reject };
      this.holder = mine;
      const over = () => { if (this.holder === mine) this.holder = null; };
      work({ name }).then((/** @type {any} */ value) => { over(); resolve(value); }, (/** @type {any} */ error) => { over(); reject(error); });
    });
  }

  /** @param {Context} context */
  release(context) { if (this.holder?.context === context) this.holder = null; }
}
