/**
 * What a work order costs, worked out on the phone as the server works it out (webapp/work_orders/charges.py): the same lines,
 * the same fee for coming, the same digest. Pure. Money is whole minor units, a quantity whole thousandths.
 *
 * @typedef {{item: string, part: string, unit: string, name: string, name_en: string | null, minor: number}} Item  of the price list, or as used
 * @typedef {{part: string, item: string, milli: number, minor: number, amount: number}} Line
 * @typedef {{from_at: string, currency: string, day: number, night: number, holiday: number, night_from: string, night_until: string,
 *   holidays: string[]}} Terms
 * @typedef {{order: string, currency: string, payer: string, waived: string, lines: Line[]}} Charge
 */
import { sha256Text } from '../outbox/sha256.js';

const MOST = 10_000_000; // thousandths of one item in one order; more is a slip of the thumb
/** @type {Record<string, string>} */
const SIGNS = { CNY: '¥', EUR: '€', USD: '$', GBP: '£', JPY: '¥' };
const WHOLE = ['JPY', 'KRW', 'VND'];

/** A quantity that nobody could have used; `why`: number, positive, fine or large. */
export class BadQuantity extends Error {
  name = 'BadQuantity';
  /** @param {'number' | 'positive' | 'fine' | 'large'} why */
  constructor(why) { super(why); this.why = why; }
}

/** @param {string} text as typed, with a point or a comma @returns {number} thousandths @throws {BadQuantity} */
export function quantityOf(text) {
  const [, sign, whole, rest = ''] = /^([+-]?)(\d{1,12})(?:[.,](\d*))?$/.exec(text.normalize('NFKC').trim()) ?? [];
  if (whole === undefined) throw new BadQuantity('number');
  const fine = rest.replace(/0+$/, '');
  const milli = Number(whole) * 1000 + Number(fine.slice(0, 3).padEnd(3, '0'));
  if (sign === '-' || (milli === 0 && fine.length < 4)) throw new BadQuantity('positive');
  if (milli > MOST) throw new BadQuantity('large');
  if (fine.length > 3) throw new BadQuantity('fine');
  return milli;
}

/** 1, 1.5, 0.125: without the noughts that say nothing. @param {number} milli */
export function plain(milli) {
  const rest = String(milli % 1000).padStart(3, '0').replace(/0+$/, '');
  return `${Math.floor(milli / 1000)}${rest && `.${rest}`}`;
}

/** Rounded half up to a minor unit. @param {number} milli @param {number} minor */
export const amountOf = (milli, minor) => Number((BigInt(milli) * BigInt(minor) * 2n + 1000n) / 2000n);

/** @param {Item} item @param {number} milli @returns {Line} */
export const lineOf = ({ part, item, minor }, milli) => ({ part, item, milli, minor, amount: amountOf(milli, minor) });

/** The version in force, from versions with the latest first. @param {Terms[]} terms @param {number} at */
export const termsAt = (terms, at) => terms.find(({ from_at }) => Date.parse(from_at) <= at) ?? null;

/** The fee for coming at that moment: the dearest that applies, by the site's clock. @param {Terms[]} terms @param {number} at @param {string} zone @returns {Line | null} */
export function callOut(terms, at, zone) {
  const rule = termsAt(terms, at);
  if (!rule) return null;
  const [day, time] = local(at, zone);
  const fees = [rule.day];
  if (isBetween(time, rule.night_from, rule.night_until)) fees.push(rule.night);
  if (rule.holidays.includes(day)) fees.push(rule.holiday);
  const fee = Math.max(...fees);
  return fee ? { part: 'call_out', item: '', milli: 1000, minor: fee, amount: fee } : null;
}

/** @param {number} at @param {string} zone @returns {[string, string]} day and time of day there */
function local(at, zone) {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(at);
  const of = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value ?? '';
  return [`${of('year')}-${of('month')}-${of('day')}`, `${of('hour')}:${of('minute')}:${of('second')}`];
}

/** In [begin, end), which may cross midnight. @param {string} time @param {string} begin @param {string} end */
const isBetween = (time, begin, end) => (begin <= end ? begin <= time && time < end : time >= begin || time < end);

/** @param {Charge} charge */
export const costOf = ({ lines }) => lines.reduce((sum, { amount }) => sum + amount, 0);

/** What the resident is asked for. @param {Charge} charge */
export const dueOf = (charge) => (charge.waived || charge.payer !== 'resident' ? 0 : costOf(charge));

/** SHA-256 of everything a signature under this charge stands for. @param {Charge} charge */
export function digest(charge) {
  const lines = charge.lines.map(({ part, item, milli, minor, amount }) => [part, item, plain(milli), minor, amount]);
  return sha256Text(JSON.stringify([charge.order, charge.currency, charge.payer, charge.waived, lines, dueOf(charge)]));
}

/** ¥1,250.50. @param {number} minor @param {string} currency */
export function money(minor, currency) {
  const value = Math.abs(minor);
  const grouped = (/** @type {number} */ whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
  const digits = WHOLE.includes(currency) ? grouped(value) : `${grouped(Math.floor(value / 100))}.${String(value % 100).padStart(2, '0')}`;
  return `${minor < 0 ? '-' : ''}${SIGNS[currency] ?? `${currency} `}${digits}`;
}
