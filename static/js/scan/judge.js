/**
 * What a scan means, as far as this phone can tell: which checkpoint, which round, in time or not.
 * Pure: no clock, no store, no page. The office judges again with what it knows; this is for the person at the door.
 *
 * @typedef {'early' | 'on_time' | 'late' | 'missed' | 'repeat' | 'outside'} StateWord
 * @typedef {'current' | 'superseded' | 'unknown'} LabelWord
 * @typedef {{checkpoint: string, round: string | null, at: number}} EarlierScan  a scan of this phone, not withdrawn
 * @typedef {{label: LabelWord, checkpointId: string | null, checkpoint: Checkpoint | null, round: PackRound | null,
 *   point: PackPoint | null, state: StateWord | null, done: number, next: Checkpoint | null}} Verdict
 */
import { digest8 } from './code.js';

/** @import { Pack, PackPoint, PackRound } from '../types' */
/** @typedef {Pack['checkpoints'][string]} Checkpoint */

const OVER = new Set(['ended', 'done', 'missed', 'cancelled']);

/**
 * @param {Pack | null} pack  null: today's list has not reached this phone yet
 * @param {string} code
 * @param {{at: number, active?: string | null, scans?: EarlierScan[]}} now  time in ms, the round being walked, today's scans
 * @returns {Verdict}
 */
export function judge(pack, code, { at, active = null, scans = [] }) {
  const label = pack?.labels[digest8(pack.salt, code)];
  if (!pack || !label) return verdict({ label: 'unknown' });
  const known = {
    label: /** @type {LabelWord} */ (label.current ? 'current' : 'superseded'),
    checkpointId: label.checkpoint,
    checkpoint: pack.checkpoints[label.checkpoint] ?? null,
  };
  const round = chooseRound(pack.rounds, label.checkpoint, { at, active, scans });
  const point = round && pointAt(round, label.checkpoint);
  if (!round || !point) return verdict({ ...known, state: 'outside' });
  const state = isRepeat(round, point, at, scans) ? 'repeat' : timing(round, point, at);
  return verdict({ ...known, round, point, state, ...progress(pack, round, point, scans) });
}

/**
 * The round being walked comes first; otherwise the open round that is waiting for this point and is due soonest;
 * otherwise an open one that already has it, so that the person reads 'again' and not 'not in a round'.
 * @param {PackRound[]} rounds
 * @param {string} checkpoint
 * @param {{at: number, active: string | null, scans: EarlierScan[]}} now
 * @returns {PackRound | null}
 */
export function chooseRound(rounds, checkpoint, { at, active, scans }) {
  const walking = rounds.find((round) => round.id === active);
  if (walking && pointAt(walking, checkpoint)) return walking;
  const open = rounds
    .filter((round) => isOpen(round, at) && pointAt(round, checkpoint))
    .sort((a, b) => Date.parse(dueOf(a, checkpoint)) - Date.parse(dueOf(b, checkpoint)));
  const waiting = open.filter((round) => !hasPoint(round, checkpoint, scans));
  // A second look at the label within its lock must not use up the point in the next round.
  const locked = open.find((round) => {
    const point = pointAt(round, checkpoint);
    return point && hasPoint(round, checkpoint, scans) && withinLock(point, at, scans);
  });
  return locked ?? waiting[0] ?? open[0] ?? null;
}

/**
 * @param {PackRound} round
 * @param {PackPoint} point
 * @param {number} at
 * @returns {StateWord}
 */
export function timing(round, point, at) {
  if (at < Date.parse(point.not_before ?? round.early_from)) return 'early';
  if (at <= Date.parse(point.due_until)) return 'on_time';
  return at <= Date.parse(round.closes_at) ? 'late' : 'missed';
}

/**
 * Has this round got the point, from the office's list or from this phone's own scans?
 * @param {PackRound} round
 * @param {string} checkpoint
 * @param {EarlierScan[]} scans
 */
export function hasPoint(round, checkpoint, scans) {
  return Boolean(pointAt(round, checkpoint)?.scanned_at)
    || scans.some((scan) => scan.round === round.id && scan.checkpoint === checkpoint);
}

/** @param {PackRound} round @param {number} at */
function isOpen(round, at) {
  return !OVER.has(round.state ?? 'open') && at >= Date.parse(round.early_from) && at <= Date.parse(round.closes_at);
}

/** @param {PackRound} round @param {PackPoint} point @param {number} at @param {EarlierScan[]} scans */
function isRepeat(round, point, at, scans) {
  return hasPoint(round, point.checkpoint, scans) || withinLock(point, at, scans);
}

/** @param {PackPoint} point @param {number} at @param {EarlierScan[]} scans */
function withinLock(point, at, scans) {
  const lock = (point.min_interval_s ?? 0) * 1000;
  // A scan outside any round locks nothing: the round may have opened a minute later.
  const times = scans.filter((scan) => scan.checkpoint === point.checkpoint && scan.round).map((scan) => scan.at);
  if (point.scanned_at) times.push(Date.parse(point.scanned_at));
  return times.some((time) => at >= time && at - time < lock);
}

/**
 * How many points the round has with this one, and where to go next: onward in the list, then back to what was left out.
 * @param {Pack} pack
 * @param {PackRound} round
 * @param {PackPoint} point
 * @param {EarlierScan[]} scans
 */
function progress(pack, round, point, scans) {
  const ordered = [...round.points].sort((a, b) => a.order - b.order);
  const left = ordered.filter((p) => p.checkpoint !== point.checkpoint && !hasPoint(round, p.checkpoint, scans));
  const next = left.find((p) => p.order > point.order) ?? left[0];
  return { done: round.points.length - left.length, next: next ? pack.checkpoints[next.checkpoint] ?? null : null };
}

/** @param {PackRound} round @param {string} checkpoint */
function dueOf(round, checkpoint) {
  return pointAt(round, checkpoint)?.due_until ?? round.closes_at;
}

/** @param {PackRound} round @param {string} checkpoint */
function pointAt(round, checkpoint) {
  return round.points.find((point) => point.checkpoint === checkpoint) ?? null;
}

/** @param {Partial<Verdict>} part @returns {Verdict} */
function verdict(part) {
  return { label: 'unknown', checkpointId: null, checkpoint: null, round: null, point: null, state: null, done: 0, next: null, ...part };
}
