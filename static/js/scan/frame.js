/**
 * The scan frame: a small picture of what the camera saw when it read the code, so that a label photographed off a
 * screen shows as one. Made from the very frame that was read, in the worker or on the page.
 *
 * @typedef {{data: ArrayBuffer, sha256: string, bytes: number, mime: string}} Picture
 */
import { sha256 } from '../outbox/sha256.js';

const MAX_BYTES = 25 * 1024;
/** Longer side and JPEG quality, tried in turn until the picture is small enough. */
const ATTEMPTS = [[480, 0.6], [480, 0.4], [400, 0.35], [320, 0.3], [320, 0.15]];

/**
 * @param {ImageBitmap} bitmap
 * @returns {Promise<Picture>}
 */
export async function scanFrame(bitmap) {
  let blob = new Blob();
  for (const [side = 320, quality = 0.3] of ATTEMPTS) {
    blob = await jpeg(bitmap, side, quality);
    if (blob.size <= MAX_BYTES) break;
  }
  return picture(await blob.arrayBuffer(), blob.type);
}

/**
 * Bytes with their digest, as the outbox keeps pictures.
 * @param {ArrayBuffer} data
 * @param {string} mime
 * @returns {Picture}
 */
export function picture(data, mime) {
  return { data, sha256: sha256(data), bytes: data.byteLength, mime };
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} side
 * @param {number} quality
 */
function jpeg(bitmap, side, quality) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d canvas');
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}
