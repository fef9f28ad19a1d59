/** What carries a label, by what the pack says and what this phone has said since. Pure. */

/** @import { Item, Pack, PackMachine, PackMeter } from '../types' */
/** @typedef {{machines: PackMachine[], meters: PackMeter[]}} Here */

/** @param {Pack | null} pack @param {string | null} checkpoint @param {Map<string, string>} [said] statuses by machine @returns {Here} */
export function hereAt(pack, checkpoint, said = new Map()) {
  const { machines = [], meters = [] } = (checkpoint && pack?.here?.[checkpoint]) || {};
  return { machines: machines.map((one) => ({ ...one, status: said.get(one.id) ?? one.status })), meters };
}

/** How machines fare by what was said on this phone and the pack does not count yet: the last word of each.
 * @param {Pack | null} pack @param {Item[]} items @returns {Map<string, string>} */
export function statusesSaid(pack, items) {
  const made = Date.parse(pack?.made_at ?? '');
  const news = items.filter(({ kind, payload, receipt }) => kind === 'equipment-status' && payload && receipt?.status !== 'held' && !(receipt && Date.parse(receipt.received_at) <= made));
  return new Map(news.sort((a, b) => a.seq - b.seq).map(({ payload }) => JSON.parse(payload ?? '').body).map(({ equipment, status }) => [equipment, status]));
}

/** Whole days from today until then; negative when that is past. @param {string} day YYYY-MM-DD @param {Date} now */
export function daysUntil(day, now) {
  const [year, month, date] = day.split('-').map(Number);
  return Math.round((Date.UTC(year, month - 1, date) - Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())) / 86_400_000);
}
