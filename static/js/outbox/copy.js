/** "Save a copy": everything unsent as one file, for the day no signal comes. The office takes it in; sending it later as well doubles nothing. */
import { zipSync } from '../../vendor/fflate/browser.js';
import { keyOf } from './rules.js';
import { sha256, sha256Text } from './sha256.js';
import { photo } from './store.js';

/** @import { Item, Ticket } from '../types' */

/**
 * The zip: records.json and photos/<sha256>. Records stand there by device, each lot sealed with its author's ticket, so that the office
 * knows whose phone made it. The ticket itself is not in the file: a file is passed on, and a ticket lets its holder write.
 * @param {Item[]} items of one person @param {string} person @param {Ticket[]} tickets @param {number | null} clockOffset the server's clock less this one's, ms
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function makeCopy(items, person, tickets, clockOffset) {
  const madeAt = new Date().toISOString();
  const devices = [...new Set(items.map(({ device }) => device))];
  const parts = devices.map((device) => {
    const records = items.filter((item) => item.device === device).map(({ id, sha256, payload }) => ({ id, sha256, payload }));
    const ticket = tickets.find((each) => keyOf(each) === `${person}/${device}`)?.ticket;
    const lines = [`${madeAt} ${clockOffset ?? ''}`, ...records.map(({ id, sha256 }) => `${id} ${sha256}`)];
    const proof = ticket ? { claim: ticket.slice(0, ticket.lastIndexOf('.')), seal: hmac(ticket, lines.map((line) => `${line}\n`).join('')) } : {};
    return { person, device, ...proof, records };
  });
  /** @type {Record<string, Uint8Array>} */
  const files = { 'records.json': utf8(JSON.stringify({ made_at: madeAt, clock_offset_ms: clockOffset, parts }, null, 1)) };
  for (const { sha256, done } of items.flatMap((item) => item.photos)) {
    const kept = done ? undefined : await photo(sha256);
    if (kept) files[`photos/${sha256}`] = new Uint8Array(kept.data);
  }
  // Photos are compressed already: level 0 keeps a cheap phone quick.
  return new Uint8Array(zipSync(files, { level: 0 }));
}

/** @param {string} text */
const utf8 = (text) => new TextEncoder().encode(text);

/** @param {string} hex */
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** HMAC-SHA256 (RFC 2104). @param {string} key @param {string} message @returns {string} 64 hex digits */
export function hmac(key, message) {
  const block = new Uint8Array(64);
  block.set(utf8(key).length > 64 ? bytesOf(sha256Text(key)) : utf8(key));
  const with_ = (/** @type {number} */ pad, /** @type {Uint8Array} */ rest) => sha256(Uint8Array.from([...block.map((byte) => byte ^ pad), ...rest]));
  return with_(0x5c, bytesOf(with_(0x36, utf8(message))));
}

/** Through the share sheet where there is one, as a download elsewhere.
 * @param {Uint8Array<ArrayBuffer>} zip @param {string} name @returns {Promise<boolean>} whether it left the app */
export async function handOver(zip, name) {
  const file = new File([zip], name, { type: 'application/zip' });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return true;
    } catch (error) {
      if (/** @type {Error} */ (error).name === 'AbortError') return false;
    }
  }
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}
