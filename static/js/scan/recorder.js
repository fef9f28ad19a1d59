/**
 * From a code to a record: judge it, put it into the outbox, and only then say what came of it.
 *
 * @typedef {import('./frame.js').Picture} Picture
 * @typedef {import('./judge.js').Verdict} Verdict
 * @typedef {'camera' | 'link' | 'typed'} Method
 * @typedef {{id: string, code: string, at: number, verdict: Verdict, place: ReturnType<typeof placeWord>}} Outcome
 * @typedef {{code: string, method: Method, frame?: Picture | null, position?: Position | null}} Scan
 * @typedef {{answers: Record<string, unknown>, text: string, photos: NewPhoto[], id?: string}} Finding
 */
import { judge } from './judge.js';
import { placeWord } from './position.js';

/** @import { Item, NewPhoto, Pack, Position, RecordOptions } from '../types' */
/** @typedef {(kind: string, body: Record<string, unknown>, options?: RecordOptions) => Promise<Item>} Save  queue.record */
/** @typedef {import('./judge.js').EarlierScan & {id: string}} KnownScan */

/** A scan can be taken back for this long without asking anybody. */
export const WITHDRAW_MS = 10 * 60_000;

export class Recorder {
  /**
   * @param {{save: Save, newId: () => string, pack: Pack | null, scans?: KnownScan[], active?: string | null}} parts
   */
  constructor({ save, newId, pack, scans = [], active = null }) {
    this.save = save;
    this.newId = newId;
    this.pack = pack;
    this.scans = scans;
    this.active = active;
    /** @type {import('../types').PackOrder[]} */ this.orders = [];
    /** @type {Map<string, string>} how machines fare, by what this phone said */ this.fares = new Map();
  }

  /** This person's work orders at the point that was read, for saying "I am there". @param {Outcome} outcome */
  ordersAt({ verdict: { checkpointId } }) {
    return this.orders.filter(({ checkpoints }) => checkpointId && checkpoints.includes(checkpointId));
  }

  /** @param {Outcome} outcome @param {string} order @param {Position | null} position */
  async arrive({ code, verdict: { checkpointId, checkpoint } }, order, position) {
    const about = { checkpoint: checkpointId, name: checkpoint?.name, place: checkpoint?.place };
    await this.save('work-step', { order, verb: 'on_site', reason: '', code }, { position, about });
    this.orders = this.orders.filter(({ id }) => id !== order);
  }

  /**
   * Resolves when the scan is on this phone's disk; rejects when it is not.
   * @param {Scan} scan
   * @param {number} [at]
   * @returns {Promise<Outcome>}
   */
  async scan({ code, method, frame = null, position = null }, at = Date.now()) {
    const verdict = judge(this.pack, code, { at, active: this.active, scans: this.scans });
    const { checkpointId, checkpoint, round } = verdict;
    const known = { id: this.newId(), checkpoint: checkpointId ?? '', round: round?.id ?? null, at };
    this.scans.push(known); // at once: the next label may be read before this one is written
    try {
      await this.save(
        'scan',
        { code, method, round: known.round, frame: frame?.sha256 ?? null },
        { id: known.id, position, photos: frame ? [frame] : [], about: { round: known.round, checkpoint: checkpointId, name: checkpoint?.name, place: checkpoint?.place } },
      );
    } catch (error) {
      this.forget(known.id);
      throw error;
    }
    this.active ??= known.round;
    return { id: known.id, code, at, verdict, place: placeWord(position, checkpoint) };
  }

  /**
   * What was found there. Its id is made when the form opens, so that a double tap is one record.
   * @param {Outcome} outcome
   * @param {'normal' | 'issue'} result
   * @param {Finding} finding
   */
  note({ id: scan, verdict: { round, checkpointId, checkpoint } }, result, { answers, text, photos, id }) {
    const body = { about: scan, round: round?.id ?? null, checkpoint: checkpointId, site: checkpoint?.site ?? null, result, answers, text };
    return this.save('note', body, { id, photos, after: [scan], about: { name: checkpoint?.name, place: checkpoint?.place } });
  }

  /** Who stands where, in words: what is burnt into photos. @param {Outcome} outcome */
  namesOf({ verdict: { checkpoint } }) {
    const site = this.pack?.sites.find(({ slug }) => slug === checkpoint?.site)?.name;
    return { name: checkpoint?.name, place: checkpoint?.place, site, person: this.pack?.person.name };
  }

  /** @param {Outcome} outcome */
  async withdraw({ id, verdict: { round, checkpointId, checkpoint } }) {
    const about = { round: round?.id ?? null, checkpoint: checkpointId, name: checkpoint?.name, place: checkpoint?.place };
    await this.save('correction', { about: id, verb: 'withdraw', reason: '' }, { after: [id], about });
    this.forget(id);
  }

  /** What the outbox holds, besides what is being written at this moment. @param {KnownScan[]} scans */
  remember(scans) {
    const known = new Set(scans.map(({ id }) => id));
    this.scans = [...scans, ...this.scans.filter(({ id }) => !known.has(id))];
  }

  /** @param {string} id */
  forget(id) {
    this.scans = this.scans.filter((scan) => scan.id !== id);
  }
}

/** @param {Outcome} outcome @param {number} [now] */
export function canWithdraw({ at }, now = Date.now()) {
  return now - at < WITHDRAW_MS;
}

/**
 * This person's scans that the outbox still holds, without those taken back: what the phone knows beyond the pack.
 * @param {Item[]} items
 * @param {string} person
 * @returns {KnownScan[]}
 */
export function scansIn(items, person) {
  const mine = items.filter((item) => item.author === person && item.payload);
  const withdrawn = new Set(
    mine.filter((item) => item.kind === 'correction').map((item) => JSON.parse(item.payload ?? '').body)
      .filter((body) => body.verb === 'withdraw').map((body) => body.about),
  );
  return mine
    .filter((item) => item.kind === 'scan' && item.about.checkpoint && !withdrawn.has(item.id))
    .map((item) => ({ id: item.id, checkpoint: item.about.checkpoint ?? '', round: item.about.round ?? null, at: item.savedAt }));
}
