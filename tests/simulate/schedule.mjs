// One seeded schedule: several phones and persons, a few days of work, everything that can go wrong; then fair weather, and the account.
import { Dice } from './chance.mjs';
import { check } from './invariants.mjs';
import { FATES, Network } from './network.mjs';
import { Faults, Phone } from './phone.mjs';
import { clear, pass, settled, stage } from './stage.mjs';

/** @import { Hello, Server } from './server.mjs' */
/** @import { Outbox } from './phone.mjs' */

const SECOND = 1000, HOUR = 3_600_000, DAY = 86_400_000;
const REASONS = ['saved', 'timer', 'open', 'online', 'sync', 'tap', 'sign-in'];
/** A backup older than this may lack what phones have let go of by then: the promise (P12) ends there. */
const RESTORABLE_MS = 7 * DAY - HOUR;

/** @typedef {{id: string, sha256: string, author: string, device: string, seq: number, photos: string[], after: string[], phone: Phone, confirmed: boolean}} Saved */

export class Schedule {
  /** @param {number} seed @param {Server} server @param {Hello} hello @param {Outbox} outbox */
  constructor(seed, server, hello, outbox) {
    const dice = this.dice = new Dice(seed);
    clear(hello.now, dice.random);
    this.server = server;
    this.hello = hello;
    const much = dice.pick([0, 0.01, 0.03, 0.1]);
    /** @type {Map<string, Saved>} */ this.saved = new Map();
    /** @type {{name: string, at: number}[]} */ this.backups = [];
    this.counts = { records: 0, restores: 0, blocked: 0, jumps: 0, updates: 0 };
    this.deep = 0;
    this.jumps = dice.maybe(0.5);
    this.phones = hello.devices.slice(0, dice.between(1, 3)).map((device) => new Phone(outbox, device, {
      skew: dice.pick([0, 0, 2 * SECOND, -90 * SECOND, 3 * HOUR, -DAY]), locks: dice.maybe(0.7), faults: new Faults(dice, much),
    }));
    this.network = new Network(server, dice, {
      bad: dice.pick([0.05, 0.2, 0.5]), fates: dice.some(FATES, dice.pick([0.2, 0.5, 1])),
      meanwhile: () => this.meanwhile(), crash: (context) => this.crash(context),
    });
    stage.fetch = (url, options) => this.network.fetch(String(url), options);
  }

  /** Plays it to its end; throws a Violation when a promise is broken. */
  async play() {
    const { dice } = this;
    await this.server.ask('begin');
    for (const phone of this.phones) await this.signIn(phone);
    for (let step = dice.between(6, 16); step > 0; step -= 1) await this.step();
    await this.mend();
  }

  async step() {
    const { dice } = this;
    const what = dice.random();
    if (what < 0.35) await this.work(dice.pick(this.phones), dice.between(1, 5));
    else if (what < 0.40) await this.signIn(dice.pick(this.phones));
    else if (what < 0.45 && this.jumps) this.jump();
    else if (what < 0.50) await this.backup();
    else if (what < 0.55) await this.restore();
    else if (what < 0.57) await this.block();
    else if (what < 0.62) await this.network.deliverLate();
    else if (what < 0.65) { dice.pick(this.phones).update(); this.counts.updates += 1; }
    pass(dice.pick([0, 5 * SECOND, 40 * SECOND, 10 * 60 * SECOND, 10 * 60 * SECOND, 2 * HOUR, DAY, ...(dice.maybe(0.15) ? [8 * DAY] : [])]));
    for (const phone of dice.some(this.phones, 0.7)) await this.poke(phone);
  }

  /** @param {Phone} phone */
  poke(phone) { return phone.poke(this.dice.maybe(0.8) ? 'page' : 'worker', this.dice.pick(REASONS)); }

  /** While a call is under way: a save, another tab of the same phone, or its worker. */
  async meanwhile() {
    if (this.deep > 0 || this.network.bad === 0 || !this.dice.maybe(0.15)) return;
    this.deep += 1;
    const { phone, name } = stage.context;
    const what = this.dice.random();
    if (what < 0.4) await this.work(phone, 1);
    else {
      if (what > 0.8) pass(this.dice.pick([31 * SECOND, 95 * SECOND]));   // ours was frozen: the lock may be stolen, the lease end
      await phone.poke(name === 'page' ? 'worker' : 'page', this.dice.pick(REASONS));
    }
    this.deep -= 1;
  }

  /** @param {any} context @returns {boolean} whether its page died here, between two effects */
  crash(context) {
    if (!this.dice.maybe(context.phone.faults.much / 2)) return false;
    context.phone.faults.die(context);
    return true;
  }

  /** Somebody records a few things. @param {Phone} phone @param {number} many */
  async work(phone, many) {
    for (; many > 0; many -= 1) {
      const { kind, body, options } = this.something(phone);
      const item = await phone.save(kind, body, options);
      if (item) this.note(phone, item, true);
      pass(this.dice.between(0, 3) * 700);
    }
    // What was being saved when the page died may be there or not; when it is, it counts.
    for (const item of phone.records().values()) if (!this.saved.has(item.id)) this.note(phone, item, false);
  }

  /** @param {Phone} phone @param {any} item @param {boolean} confirmed */
  note(phone, item, confirmed) {
    const { id, sha256, author, device, seq } = item;
    if (!this.saved.has(id)) this.counts.records += 1;
    const { after } = JSON.parse(item.payload);
    this.saved.set(id, { id, sha256, author, device, seq, photos: item.photos.map((/** @type {any} */ photo) => photo.sha256), after, phone, confirmed });
  }

  /** @param {Phone} phone @returns {{kind: string, body: any, options: any}} */
  something(phone) {
    const { dice, hello: { codes, round, pictures } } = this;
    const earlier = [...this.saved.keys()];
    const about = earlier.length && dice.maybe(0.9) ? dice.pick(earlier.slice(-6)) : this.never();
    const photos = () => [{ data: Uint8Array.from(Buffer.from(dice.pick(pictures), 'base64')).buffer, mime: 'image/jpeg' }];
    switch (dice.between(0, 9)) {
      case 0: return { kind: 'scan', body: { code: 'nonsense', method: 'typed' }, options: {} };
      case 1: return { kind: 'note', body: { about, result: 'normal', text: '水' }, options: { after: [about] } };
      case 2: return { kind: 'correction', body: { about, verb: 'explain', reason: 'wet "floor" \\ 1' }, options: { after: dice.maybe(0.5) ? [about] : [] } };
      case 3: return { kind: 'duty', body: { verb: dice.pick(['on', 'off']), site: 'garden' }, options: {} };
      case 4: return { kind: 'round-step', body: { round, verb: dice.pick(['pause', 'resume']) }, options: {} };
      case 5: return { kind: 'reading', body: { value: 3 }, options: {} };
      case 6: return { kind: 'note', body: { site: 'garden', text: 'x'.repeat(dice.pick([10, 4_000])) }, options: { photos: photos() } };
      default: return { kind: 'scan', body: { code: dice.pick(codes), method: 'camera', round, frame: null }, options: dice.maybe(0.3) ? { photos: photos() } : {} };
    }
  }

  /** @returns {string} the id of a record that nobody ever made */
  never() { return '01a20000-0000-7000-8000-000000000000'; }

  /** @param {Phone} phone @param {any} [ticket] */
  async signIn(phone, ticket = null) {
    await phone.signIn(ticket ?? this.dice.pick(this.hello.tickets.filter(({ device }) => device === phone.device)));
  }

  jump() {
    const phone = this.dice.pick(this.phones);
    phone.skew += this.dice.pick([3 * HOUR, -3 * HOUR, DAY, -DAY, 40 * DAY, -40 * DAY]);
    this.counts.jumps += 1;
  }

  async backup() {
    const name = String(this.backups.length);
    await this.server.ask('backup', { name });
    this.backups.push({ name, at: stage.now });
  }

  async restore() {
    const young = this.backups.filter(({ at }) => stage.now - at < RESTORABLE_MS);
    if (young.length === 0) return;
    await this.server.ask('restore', { name: this.dice.pick(young).name });
    this.counts.restores += 1;
  }

  async block() {
    await this.server.ask('block', this.dice.maybe(0.5) ? { device: this.dice.pick(this.phones).device } : { person: this.dice.pick(this.hello.people) });
    this.counts.blocked += 1;
  }

  /** Fair weather: everybody signs in once more, everything late arrives, everything leaves. */
  async mend() {
    const { network } = this;
    Object.assign(network, { bad: 0, downUntil: 0 });
    for (const phone of this.phones) phone.faults.much = 0;
    await check(this, false);
    await network.deliverLate();
    for (const phone of this.phones) {
      for (const person of this.hello.people) await phone.signIn(await this.server.ask('ticket', { person, device: phone.device }));
      for (let tries = 0; tries < 6; tries += 1) {
        await phone.poke('page', 'tap');
        if (tries > 0 && (await phone.counts()).unsent === 0) break;
        pass(10 * 60 * SECOND);
      }
    }
    await settled();
    await check(this, true);
  }
}
