/**
 * Photos made small enough to keep by the hundred: about 300 kB instead of several megabytes.
 * Whenever the result is doubtful the original is kept; a large photo is better than an empty one.
 */
import { picture } from './scan/frame.js';

/** @typedef {import('./scan/frame.js').Picture} Picture */

const LONGER_SIDE = 1600;
const QUALITY = 0.8;
const LEAST_BYTES = 5 * 1024; // a JPEG of this size below the full side shows nothing: some phones hand out empty canvases
const LEAST_SPREAD = 3; // grey levels; one colour throughout is a failed decode, not a photo

/**
 * @param {Blob} file  what the camera or the picker gave
 * @param {{side?: number, quality?: number}} [options]
 * @returns {Promise<Picture>}
 */
export async function compressPhoto(file, { side = LONGER_SIDE, quality = QUALITY } = {}) {
  const smaller = await shrink(file, side, quality).catch(() => null); // HEIC that this browser cannot decode: the server can
  const kept = smaller && smaller.size < file.size ? smaller : file;
  return picture(await kept.arrayBuffer(), kept.type || 'application/octet-stream');
}

/** @param {Blob} file @param {number} side @param {number} quality @returns {Promise<Blob | null>} null when the result is not to be trusted */
async function shrink(file, side, quality) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const { canvas, context } = draw(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/jpeg', quality));
    return blob && blob.size >= LEAST_BYTES && showsSomething(context) ? blob : null;
  } finally {
    bitmap.close();
  }
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height */
function draw(source, width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d canvas');
  context.drawImage(source, 0, 0, width, height);
  return { canvas, context };
}

/** @param {CanvasRenderingContext2D} context */
function showsSomething({ canvas }) {
  const { data } = draw(canvas, 16, 16).context.getImageData(0, 0, 16, 16);
  let least = 255;
  let most = 0;
  for (let p = 1; p < data.length; p += 4) {
    least = Math.min(least, data[p]);
    most = Math.max(most, data[p]);
  }
  return most - least >= LEAST_SPREAD;
}
