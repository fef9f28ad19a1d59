/** The sheet's words: short lines made of what is known. */
import { t } from '../words.js';
import { grouped } from './code.js';

/** @typedef {import('./recorder.js').Outcome} Outcome */

/** @type {Record<string, {state: string, icon: string}>} */
const MARKS = {
  on_time: { state: 'on_time', icon: 'check' },
  early: { state: 'early', icon: 'clock' },
  late: { state: 'late', icon: 'clock' },
  missed: { state: 'missed', icon: 'x' },
  repeat: { state: 'waiting', icon: 'check' },
  outside: { state: 'doubtful', icon: 'question' },
};

/** The round mark at the right. @param {Outcome} outcome */
export function markOf({ verdict: { state } }) {
  return MARKS[state ?? 'outside'];
}

/** 22:17:32 · On time · Saved on this phone. @param {Outcome} outcome */
export function stateLine({ at, verdict: { state } }) {
  return [clock(at), t(`scan.state.${state ?? 'unknown'}`), t('scan.saved')].join(' · ');
}

/** @param {string} words */
export function doneLine(words) {
  return [words, t('scan.saved')].join(' · ');
}

/** Kind words about the label itself; null when there is nothing to say. @param {Outcome} outcome */
export function labelWords({ code, verdict: { label } }) {
  if (label === 'current') return null;
  return label === 'superseded' ? t('scan.label-old') : t('scan.label-unknown', { code: grouped(code) });
}

/** @param {Outcome} outcome */
export function placeWords({ place: { word, distance_m, accuracy_m }, verdict: { checkpoint } }) {
  const asked = checkpoint?.lat != null && checkpoint.lon != null;
  if (word === 'inside' || (word === 'unknown' && !asked)) return null; // nothing to do about it: not said
  return t(`scan.place.${word}`, { distance: distance_m ?? 0, accuracy: accuracy_m ?? 0 });
}

/** How far the round is and where to go next. @param {Outcome} outcome */
export function nextWords({ verdict: { round, done, next } }) {
  if (!round) return null;
  const numbers = { done, total: round.points.length };
  if (!next) return t('scan.round-complete', numbers);
  const where = next.instructions ? t('scan.name-and-way', { name: next.name, way: next.instructions }) : next.name;
  return t('scan.next', { ...numbers, where });
}

/** Local time to the second. @param {number} at */
export function clock(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
