/** What a record is made of: ids, times, and the frozen payload of the contract. Pure, apart from chance passed in. */
import { sha256, sha256Text } from './sha256.js';

/** @import { About, Item, NewPhoto, Photo, RecordOptions } from '../types' */

/**
 * UUIDv7 that never goes backwards: two in the same millisecond, or after the clock was set back, still follow each other.
 * @param {() => number} now @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} fill random bytes
 * @returns {() => string}
 */
export function idMaker(now, fill) {
  let last = 0;
  let count = 0;
  return () => {
    const random = fill(new Uint8Array(10));
    const time = now();
    if (time > last) {
      last = time;
      count = ((random[0] << 8) | random[1]) & 0x7ff;   // room below 4096 to count up within the millisecond
    } else if (++count > 0xfff) {
      last += 1;
      count = 0;
    }
    const hex = last.toString(16).padStart(12, '0') + (0x7000 | count).toString(16)
      + [(random[2] & 0x3f) | 0x80, ...random.slice(3)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };
}

/** Local time with its offset, as the phone's owner would read it. @param {Date} date */
export function localIso(date) {
  const offset = -date.getTimezoneOffset();
  const two = (/** @type {number} */ n) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  const shifted = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${shifted}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}

/** The envelope's version. A server that wants a newer one says so in its ping (`min_env`). */
export const ENV = 1;

/** @typedef {{author: string, device: string, at: Date, zone: string, mono: number, boot: string}} Stamp */

/** Freezes one record. The bytes made here are the bytes the server keeps.
 * @param {string} kind @param {Record<string, unknown>} body @param {RecordOptions & {id: string}} options @param {Stamp} stamp @param {number} seq
 * @param {Photo[]} photos
 * @returns {Item} */
export function envelope(kind, body, options, stamp, seq, photos) {
  const { id, position = null, note = '', supersedes = null, after = [], about = {} } = options;
  const payload = JSON.stringify({
    env: ENV, kind, schema: 1, seq, occurred_at: localIso(stamp.at), zone: stamp.zone,
    mono: stamp.mono, boot: stamp.boot, position, photos, note, supersedes, after, body,
  });
  const waiting = { done: false, tries: 0, nextAt: 0, firstFailAt: null, stuck: null };
  return {
    id, seq, kind, author: stamp.author, device: stamp.device, about: belongs(body, about),
    payload, sha256: sha256Text(payload), bytes: new TextEncoder().encode(payload).length, savedAt: stamp.at.getTime(),
    state: 'saved', tries: 0, nextAt: 0, firstFailAt: null, lease: null, error: null, receipt: null,
    photos: photos.map(({ sha256: digest, bytes, mime }) => ({ sha256: digest, bytes, mime, ...waiting })), photoIds: photos.map((photo) => photo.sha256),
  };
}

/** @param {Record<string, unknown>} body @param {About} about @returns {About} */
function belongs(body, about) {
  const word = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : null);
  return { ...about, round: about.round ?? word(body.round), checkpoint: about.checkpoint ?? word(body.checkpoint) };
}

/** Digests the photos; the same picture chosen twice is one photo.
 * @param {NewPhoto[]} photos @returns {(Photo & {data: ArrayBuffer})[]} */
export function digestPhotos(photos) {
  const all = photos.map(({ data, mime, original }) => ({ sha256: sha256(data), bytes: data.byteLength, mime, ...(original ? { original } : {}), data }));
  return [...new Map(all.map((photo) => [photo.sha256, photo])).values()];
}
