/**
 * What a meter should show, as the server's `equipment/rules.py` says it: the page brings what is usual, the phone knows what time it is.
 * @typedef {{ digits: number, last: number | null, lastAt: number | null, least: number | null, most: number | null }} Usual
 *   `least` and `most`: usual a day; null while too little is known.
 */

const DAY_MS = 86_400_000;

/** From and to what it should show now; null while that is not known. @param {Usual} usual @param {number} now @returns {[number, number] | null} */
export function rangeNow({ digits, last, lastAt, least, most }, now) {
  if (last === null || lastAt === null || least === null || most === null || now <= lastAt) return null;
  const days = (now - lastAt) / DAY_MS, round = 10 ** digits;
  return [(last + least * days) % round, (last + most * days) % round];
}

/** Why a reading should be looked at again. @param {Usual} usual @param {number} value @param {number} now @returns {'too_long' | 'below_last' | 'jump' | null} */
export function doubtOf({ digits, last, lastAt, least, most }, value, now) {
  const round = 10 ** digits;
  if (!(value >= 0) || value >= round) return 'too_long';
  if (last === null || lastAt === null || now <= lastAt) return null;
  const rolled = value < last;
  if (least === null || most === null) return rolled ? 'below_last' : null;
  const perDay = (value - last + (rolled ? round : 0)) / ((now - lastAt) / DAY_MS);
  const isUsual = perDay <= most && perDay >= least;
  if (rolled) return isUsual ? null : 'below_last';
  return isUsual ? null : 'jump';
}
