/**
 * Label codes: ten characters of Crockford's base 32, eight random and two that check them.
 * The same rules live in the server; tests/js/scan-code.test.mjs holds the shared examples.
 */
import { sha256Text } from '../outbox/sha256.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE = new RegExp(`^[${ALPHABET}]{10}$`);
// The host is not compared: labels on walls outlive host names.
const ADDRESS = /^https?:\/\/[^/]+\/c\/([0-9a-z]{10})$/i;

/**
 * The two check characters for eight random ones.
 * @param {string} eight
 * @returns {string}
 */
export function checkCharacters(eight) {
  let value = 0;
  for (const character of eight) value = value * 32 + ALPHABET.indexOf(character);
  const check = value % 1021; // 40 bits: exact in a double
  return ALPHABET.charAt(check >> 5) + ALPHABET.charAt(check & 31);
}

/**
 * Forgives what people do to a code when they copy it from a wall; null when it is not one of ours.
 * @param {string} typed
 * @returns {string | null}
 */
export function normalise(typed) {
  const code = typed
    .toUpperCase()
    .replace(/[\s\-‐-―－]/g, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0');
  return CODE.test(code) && checkCharacters(code.slice(0, 8)) === code.slice(8) ? code : null;
}

/**
 * The code in what a label says: our address, or the bare code. Null for anybody else's QR code.
 * @param {string} text
 * @returns {string | null}
 */
export function parseLabel(text) {
  const trimmed = text.trim();
  return normalise(ADDRESS.exec(trimmed)?.[1] ?? trimmed);
}

/**
 * As printed under the label: 7KQ2M-4XPC9.
 * @param {string} code
 * @returns {string}
 */
export function grouped(code) {
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}

/**
 * How the page pack knows a label without giving codes away: 8 hex digits of SHA-256(salt + code).
 * @param {string} salt
 * @param {string} code
 * @returns {string}
 */
export function digest8(salt, code) {
  return sha256Text(salt + code).slice(0, 8);
}
