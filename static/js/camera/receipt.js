/** The receipt code of a record, before the server has given it: both work it out from the record's id. */
import { sha256 } from '../outbox/sha256.js';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base 32: no I, L, O, U

/** @param {string} id a record's id @returns {string} such as K7Q-2F9; the same as webapp/records/rules.py gives */
export function receiptCode(id) {
  const bytes = Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const bits = parseInt(sha256(bytes).slice(0, 8), 16) >>> 2;
  const letters = [25, 20, 15, 10, 5, 0].map((shift) => LETTERS[(bits >>> shift) & 31]).join('');
  return `${letters.slice(0, 3)}-${letters.slice(3)}`;
}
