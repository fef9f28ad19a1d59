/** "Save a copy": everything unsent as one file, for the day no signal comes. The office takes it in; sending it later as well doubles nothing. */
import { zipSync } from '../../vendor/fflate/browser.js';
import { photo } from './store.js';

/** @import { Item } from '../types' */

/** @param {Item[]} items @param {string} person @returns {Promise<Uint8Array<ArrayBuffer>>} zip: records.json as POST /sync takes it, and photos/<sha256> */
export async function makeCopy(items, person) {
  const records = items.map(({ id, sha256, payload }) => ({ id, sha256, payload }));
  const text = JSON.stringify({ person, device: items[0]?.device ?? '', sent_at: new Date().toISOString(), records }, null, 1);
  /** @type {Record<string, Uint8Array>} */
  const files = { 'records.json': new TextEncoder().encode(text) };
  for (const { sha256, done } of items.flatMap((item) => item.photos)) {
    const kept = done ? undefined : await photo(sha256);
    if (kept) files[`photos/${sha256}`] = new Uint8Array(kept.data);
  }
  // Photos are compressed already: level 0 keeps a cheap phone quick.
  return new Uint8Array(zipSync(files, { level: 0 }));
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
