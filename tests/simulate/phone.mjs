// A phone: its memory, its page and its worker, and the ways in which it fails. The outbox on it is the product's.
import { Context, LockKeeper, as, stage } from './stage.mjs';

/** @import { Dice } from './chance.mjs' */
/** @typedef {{makeCourier: any, queue: typeof import('../../static/js/outbox/queue.js'), store: typeof import('../../static/js/outbox/store.js')}} Outbox */

/** What can go wrong with a phone's memory, each with its share of chances. */
export class Faults {
  /** @param {Dice} dice @param {number} much */
  constructor(dice, much) {
    this.dice = dice;
    this.much = much;
    this.counts = { crashes: 0, lost: 0, full: 0 };
  }

  connectionLost() {
    if (!this.dice.maybe(this.much * 0.1)) return false;
    this.counts.lost += 1;
    return true;
  }

  /** @param {string[]} stores */
  atCommit(stores) {
    if (!this.dice.maybe(this.much)) return 'good';
    const end = this.dice.pick(['dies-before', 'dies-before', 'dies-after', 'dies-after', 'aborted', ...(stores.includes('photos') ? ['full'] : [])]);
    if (end === 'full') this.counts.full += 1;
    return end;
  }

  /** The page dies, or with it the whole phone. @param {Context} context */
  die(context) {
    this.counts.crashes += 1;
    if (this.dice.maybe(0.3)) for (const each of context.phone.contexts.values()) each.die();
    context.die();
  }
}

export class Phone {
  /** @param {Outbox} outbox @param {string} device @param {{skew: number, locks: boolean, faults: Faults}} given */
  constructor(outbox, device, { skew, locks, faults }) {
    this.outbox = outbox;
    this.device = device;
    this.skew = skew;
    this.faults = faults;
    this.build = 'b1';
    this.lockKeeper = new LockKeeper();
    this.locks = locks ? this.lockKeeper : undefined;
    /** @type {Map<string, any>} */ this.databases = new Map();
    /** @type {Promise<unknown>} */ this.lastWriter = Promise.resolve();
    /** @type {Map<string, Context>} */ this.contexts = new Map();
  }

  /** Its page or worker, started anew when it is dead. @param {string} name @returns {Context} */
  context(name) {
    const known = this.contexts.get(name);
    if (known?.alive) return known;
    const fresh = new Context(this, name);
    this.contexts.set(name, fresh);
    const before = stage.context;
    stage.context = fresh;
    fresh.courier = this.outbox.makeCourier({ build: this.build });
    stage.context = before;
    return fresh;
  }

  /** Has its page or worker send what it can. @param {string} name @param {string} reason */
  async poke(name, reason) {
    const context = this.context(name);
    await as(context, () => context.courier.poke(reason));
  }

  /** Saves a record as a page does. @param {string} kind @param {any} body @param {any} options @returns {Promise<any>} null: not confirmed */
  async save(kind, body, options) {
    const context = this.context('page');
    try {
      return (await as(context, () => this.outbox.queue.record(kind, body, options))) ?? null;
    } catch (error) {
      if (!['PhoneFull', 'AbortError', 'InvalidStateError'].includes(/** @type {Error} */ (error).name)) throw error;
      return null;   // the page says "not saved"
    }
  }

  /** Somebody signs in: works here from now on, under a new ticket. @param {any} ticket */
  async signIn(ticket) {
    const { store } = this.outbox;
    const gotAt = stage.now + this.skew;
    await this.#quietly(async () => {
      await store.setMeta(`ticket:${ticket.person}/${ticket.device}`, { ...ticket, gotAt, refused: false });
      await store.setMeta('me', { person: ticket.person, device: ticket.device });
    });
  }

  /** @returns {Promise<{unsent: number, needs: number, mine: number, others: number}>} as every page shows it */
  async counts() { return this.#quietly(() => this.outbox.queue.counts()); }

  /** Nothing fails while the schedule itself does or asks something. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  async #quietly(work) {
    const { much } = this.faults;
    this.faults.much = 0;
    const found = await as(this.context('page'), work);
    this.faults.much = much;
    return /** @type {T} */ (found);   // it cannot have died
  }

  /** @returns {Map<string, any>} what its memory holds, by record id */
  records() { return this.databases.get('outbox')?.get('records').rows ?? new Map(); }

  update() {
    this.build = `b${Number(this.build.slice(1)) + 1}`;
    for (const each of this.contexts.values()) each.die();
  }
}
