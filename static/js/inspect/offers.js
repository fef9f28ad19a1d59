/** Which checklists a place offers, by what the pack says: what is due there in these hours first. Pure. */

/** @import { Pack, PackList } from '../types' */
/** @typedef {{list: PackList, due: boolean, address: string}} Offered */

const HOUR_BEFORE = 60; // minutes: who comes a little early is not sent away

/** @param {Pack | null} pack @param {string | null} checkpoint @param {Date} now @returns {Offered[]} */
export function offersAt(pack, checkpoint, now) {
  const site = checkpoint && pack?.checkpoints[checkpoint]?.site;
  if (!pack?.lists || !site) return [];
  const minute = now.getHours() * 60 + now.getMinutes();
  return pack.lists
    .filter((list) => list.site === site && (list.points === null || list.points.includes(checkpoint)))
    .map((list) => ({ list, due: list.due.includes(checkpoint) && (list.from === null || minute >= minuteOf(list.from) - HOUR_BEFORE), address: addressOf(list, checkpoint) }))
    .sort((a, b) => Number(b.due) - Number(a.due));
}

/** A treatment there of which people keep off still. @param {Pack | null} pack @param {string | null} checkpoint @param {Date} now */
export function keepOffAt(pack, checkpoint, now) {
  const off = checkpoint ? pack?.checkpoints[checkpoint]?.keep_off : undefined;
  return off && new Date(off.until) > now ? off : null;
}

/** @param {PackList} list @param {string} checkpoint */
function addressOf({ id, plan }, checkpoint) {
  return `/inspect/${id}?${new URLSearchParams({ at: checkpoint, ...(plan ? { plan } : {}) })}`;
}

/** @param {string} clock */
function minuteOf(clock) {
  const [hours, minutes] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
