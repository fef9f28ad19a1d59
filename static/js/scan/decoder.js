/**
 * The decoder: a module worker around zxing-wasm. Only this script's response may compile WebAssembly
 * ('wasm-unsafe-eval'); the page itself stays at 'self'.
 *
 * One message, one answer:
 *   {id, bitmap, aim, every, inView} → {id, found: {text, frame} | null} or {id, error}
 * A live picture gets one attempt of the cycle per frame (the next frame is as good as this one and comes at once);
 * a photograph gets every attempt there is. The first message, {ready}, says whether reading works at all.
 */
import { prepareZXingModule, readBarcodes } from '../../vendor/zxing-wasm/reader/index.js';
import { scanFrame } from './frame.js';

/** @typedef {import('./reader.js').Aim} Aim */
/** @typedef {{id: number, bitmap: ImageBitmap, aim: Aim, every?: boolean, inView?: string | null}} Request */
/** @typedef {import('../../vendor/zxing-wasm/reader/index.js').ReaderOptions} ReaderOptions */

const worker = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));
const wasm = new URL('../../vendor/zxing-wasm/reader/zxing_reader.wasm', import.meta.url).href;

/**
 * Plain 'QRCode' would accept Micro QR too, the only source of ghost reads. The decoder looks at halves of the picture
 * besides the whole: that sees past specks of dirt and a sensor's noise. @type {ReaderOptions}
 */
const QR = { formats: ['QRCodeModel2'], maxNumberOfSymbols: 1, tryHarder: true, downscaleThreshold: 200, downscaleFactor: 2 };
const PLAIN = { ...QR, tryRotate: false, tryInvert: false };
const THOROUGH = { ...QR, tryRotate: true, tryInvert: true };
const DENOISED = { ...PLAIN, tryDenoise: true };

const MIDDLE = 720;
const CLOSE = 480;

/**
 * Frames are cropped or enlarged, never handed on smaller: half the size alone reads an eighth as much.
 * People hold the code in the frame on the screen, so the square around it comes first and comes twice, the second time
 * softened against dirt.
 * @type {((bitmap: ImageBitmap, aim: Aim) => ReturnType<typeof readBarcodes>)[]}
 */
const CYCLE = [
  (bitmap, aim) => readBarcodes(square(bitmap, aim, MIDDLE), PLAIN),
  (bitmap, aim) => readBarcodes(doubled(sharpened(square(bitmap, aim, CLOSE))), DENOISED),
  (bitmap, aim) => readBarcodes(square(bitmap, aim, MIDDLE, 0.5), THOROUGH),
  (bitmap) => readBarcodes(pixels(bitmap, 0, 0, bitmap.width, bitmap.height), THOROUGH),
];
let turn = 0;

const module = prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
module.then(warmUp).then(
  () => worker.postMessage({ ready: true }),
  (error) => worker.postMessage({ ready: false, error: String(error) }),
);

worker.onmessage = async ({ data }) => {
  const { id, bitmap, aim, every, inView } = /** @type {Request} */ (data);
  try {
    const text = every ? await readEvery(bitmap, aim) : await readNext(bitmap, aim);
    // A code that stays in view was reported already: no second picture of it.
    const frame = text !== null && text !== inView ? await scanFrame(bitmap) : null;
    const found = text === null ? null : { text, frame };
    worker.postMessage({ id, found }, frame ? [frame.data] : []);
  } catch (error) {
    worker.postMessage({ id, error: String(error) });
  } finally {
    bitmap.close();
  }
};

/** @param {ImageBitmap} bitmap @param {Aim} aim */
async function readNext(bitmap, aim) {
  const attempt = CYCLE[turn % CYCLE.length];
  const text = await textOf(attempt, bitmap, aim);
  turn = text === null ? turn + 1 : 0;
  return text;
}

/** @param {ImageBitmap} bitmap @param {Aim} aim */
async function readEvery(bitmap, aim) {
  for (const attempt of CYCLE) {
    const text = await textOf(attempt, bitmap, aim);
    if (text !== null) return text;
  }
  return null;
}

/**
 * @param {typeof CYCLE[number]} attempt
 * @param {ImageBitmap} bitmap
 * @param {Aim} aim
 */
async function textOf(attempt, bitmap, aim) {
  const [result] = await attempt(bitmap, aim);
  return result?.isValid ? result.text : null;
}

/** The first decode pays for compiling; let it be nobody's label. */
function warmUp() {
  return readBarcodes(new ImageData(64, 64), PLAIN);
}

/**
 * @param {ImageBitmap} bitmap
 * @param {Aim} aim
 * @param {number} most  pixels of a side
 * @param {number} [shift]  half a pixel makes every pixel the mean of four: a soft blur at no cost
 */
function square(bitmap, aim, most, shift = 0) {
  const side = Math.min(most, bitmap.width, bitmap.height);
  const start = (/** @type {number} */ at, /** @type {number} */ whole) =>
    Math.max(0, Math.min(whole - side, Math.round(at * whole - side / 2)));
  return pixels(bitmap, start(aim.x, bitmap.width) + shift, start(aim.y, bitmap.height) + shift, side, side);
}

/** @param {CanvasImageSource} source @param {number} x @param {number} y @param {number} width @param {number} height */
function pixels(source, x, y, width, height) {
  const context = surface(width, height);
  context.drawImage(source, -x, -y);
  return context.getImageData(0, 0, width, height);
}

/**
 * Grey, with each pixel pushed away from the mean of its four neighbours.
 * @param {ImageData} image
 */
function sharpened({ data, width, height }) {
  const grey = new Uint8Array(width * height);
  for (let i = 0, p = 0; i < grey.length; i += 1, p += 4) {
    grey[i] = (data[p] * 77 + data[p + 1] * 150 + data[p + 2] * 29) >> 8;
  }
  const out = new ImageData(width, height);
  const words = new Uint32Array(out.data.buffer);
  for (let i = 0; i < grey.length; i += 1) {
    const here = grey[i];
    const around = (grey[i - 1] ?? here) + (grey[i + 1] ?? here) + (grey[i - width] ?? here) + (grey[i + width] ?? here);
    const value = Math.max(0, Math.min(255, here * 3 - (around >> 1)));
    words[i] = 0xff000000 | (value << 16) | (value << 8) | value;
  }
  return out;
}

/** @param {ImageData} image */
function doubled(image) {
  const { width, height } = image;
  const small = surface(width, height, 1);
  small.putImageData(image, 0, 0);
  const context = surface(width * 2, height * 2);
  context.imageSmoothingQuality = 'high';
  context.drawImage(small.canvas, 0, 0, width * 2, height * 2);
  return context.getImageData(0, 0, width * 2, height * 2);
}

/** @type {Map<string, OffscreenCanvasRenderingContext2D>} */
const surfaces = new Map();

/**
 * One canvas per size, kept: a new one per frame would keep the collector busy.
 * @param {number} width @param {number} height @param {number} [slot]
 */
function surface(width, height, slot = 0) {
  const key = `${width}x${height}/${slot}`;
  const kept = surfaces.get(key);
  if (kept) return kept;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new Error('no 2d canvas');
  surfaces.set(key, context);
  return context;
}
