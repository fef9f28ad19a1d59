/**
 * Photos made small enough to keep by the hundred, about 300 kB instead of several megabytes, upright and stamped.
 * Whenever the result is doubtful the original is kept; a large photo is better than an empty one.
 */
import { drawStamp } from './camera/stamp.js';
import { sha256 } from './outbox/sha256.js';
import { picture } from './scan/frame.js';

/** @typedef {import('./scan/frame.js').Picture & {original?: string}} Photo with the digest of what it was made from */
/** @typedef {import('./camera/stamp.js').Stamp} Stamp */

const LONGER_SIDE = 1600;
const ENOUGH_BYTES = 330 * 1024;
/** Tried in turn until the photo is small enough; below the last it would no longer show a crack in a wall. */
const QUALITIES = [0.82, 0.72, 0.62, 0.5];
const LEAST_BYTES = 5 * 1024; // a JPEG of this size below the full side shows nothing: some phones hand out empty canvases
const LEAST_SPREAD = 3; // grey levels; one colour throughout is a failed decode, not a photo

/**
 * @param {Blob} file  what the camera or the picker gave
 * @param {{side?: number, stamp?: Stamp | null}} [options]
 * @returns {Promise<Photo>}
 */
export async function compressPhoto(file, { side = LONGER_SIDE, stamp = null } = {}) {
  const smaller = await shrink(file, side, stamp).catch(() => null); // HEIC that this browser cannot decode: the server can
  const bytes = await file.arrayBuffer();
  if (!smaller || (!stamp && smaller.size >= file.size)) return picture(bytes, file.type || guess(bytes));
  return { ...picture(await smaller.arrayBuffer(), smaller.type), original: await digest(bytes) };
}

/** @param {Blob} file @param {number} side @param {Stamp | null} stamp @returns {Promise<Blob | null>} null when the result is not to be trusted */
async function shrink(file, side, stamp) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const { canvas, context } = draw(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  bitmap.close();
  try {
    if (!showsSomething(canvas)) return null;
    if (stamp) drawStamp(context, canvas.width, canvas.height, stamp, document.documentElement.lang);
    const blob = await encoded(canvas);
    return blob && blob.size >= LEAST_BYTES && (await isThat(blob, canvas)) ? blob : null;
  } finally {
    canvas.width = canvas.height = 0; // a cheap phone keeps the pixels of a dropped canvas for a while otherwise
  }
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob | null>} */
async function encoded(canvas) {
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (!blob || blob.size <= ENOUGH_BYTES) break;
  }
  return blob;
}

/** Opened once more: is it the picture that was to be encoded? @param {Blob} blob @param {HTMLCanvasElement} canvas */
async function isThat(blob, canvas) {
  const opened = await createImageBitmap(blob);
  const same = opened.width === canvas.width && opened.height === canvas.height && showsSomething(opened);
  opened.close();
  return same;
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height */
function draw(source, width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d canvas');
  context.drawImage(source, 0, 0, width, height);
  return { canvas, context };
}

/** @param {CanvasImageSource} source */
function showsSomething(source) {
  const { data } = draw(source, 16, 16).context.getImageData(0, 0, 16, 16);
  let least = 255;
  let most = 0;
  for (let p = 1; p < data.length; p += 4) {
    least = Math.min(least, data[p]);
    most = Math.max(most, data[p]);
  }
  return most - least >= LEAST_SPREAD;
}

/** By the browser where it can: several megabytes in script would hold up a cheap phone. @param {ArrayBuffer} bytes @returns {Promise<string>} */
async function digest(bytes) {
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Browsers that cannot open HEIC do not know its name either. @param {ArrayBuffer} bytes */
function guess(bytes) {
  const start = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(12, bytes.byteLength)));
  return /^....ftyp(hei|hev|mif|msf)/s.test(start) ? 'image/heic' : 'application/octet-stream';
}
