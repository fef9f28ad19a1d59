/**
 * Two ways to read a picture, behind one shape: the browser's own detector, or the WebAssembly decoder in its worker.
 *
 * @typedef {import('./frame.js').Picture} Picture
 * @typedef {{text: string, frame: Picture | null}} Found  frame is null for the code that was in view already
 * @typedef {{x: number, y: number}} Aim  where in the picture people aim, each 0 to 1
 * @typedef {{read: (bitmap: ImageBitmap, options?: {aim?: Aim, every?: boolean, inView?: string | null}) => Promise<Found | null>,
 *   close: () => void}} Reader
 * @typedef {{rawValue: string}} Detected
 * @typedef {{new (options: {formats: string[]}): {detect: (source: ImageBitmap) => Promise<Detected[]>},
 *   getSupportedFormats: () => Promise<string[]>}} DetectorClass
 */
import { scanFrame } from './frame.js';

const CENTRE = { x: 0.5, y: 0.5 };

/**
 * The reader for a live picture. Rejects when this browser can read nothing.
 * @returns {Promise<Reader>}
 */
export async function openReader() {
  const native = await nativeReader();
  return native ? orOurs(native) : wasmReader();
}

/**
 * The phone's own detector may fail at any time (its service is being updated, say): from then on ours reads.
 * @param {Reader} native
 * @returns {Reader}
 */
function orOurs(native) {
  /** @type {Promise<Reader> | null} */
  let ours = null;
  return {
    async read(bitmap, options) {
      if (ours) return (await ours).read(bitmap, options);
      try {
        return await native.read(bitmap, options);
      } catch (error) {
        console.error(error);
        ours = wasmReader();
        return (await ours).read(bitmap, options);
      }
    },
    close() {
      void ours?.then((reader) => reader.close());
    },
  };
}

/**
 * A phone without the maker's services has the class but no formats, or formats that fail when used.
 * @returns {Promise<Reader | null>}
 */
async function nativeReader() {
  const Detector = /** @type {{BarcodeDetector?: DetectorClass}} */ (/** @type {unknown} */ (globalThis)).BarcodeDetector;
  if (!Detector) return null;
  try {
    if (!(await Detector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new Detector({ formats: ['qr_code'] });
    await detector.detect(await createImageBitmap(new ImageData(64, 64)));
    return {
      async read(bitmap, { inView = null } = {}) {
        const [first] = await detector.detect(bitmap);
        const found = first ? { text: first.rawValue, frame: first.rawValue === inView ? null : await scanFrame(bitmap) } : null;
        bitmap.close();
        return found;
      },
      close() {},
    };
  } catch {
    return null;
  }
}

/**
 * @returns {Promise<Reader>}
 */
export function wasmReader() {
  const worker = new Worker(new URL('./decoder.js', import.meta.url), { type: 'module' });
  /** @type {Map<number, {resolve: (found: Found | null) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;
  const reader = {
    /** @type {Reader['read']} */
    read(bitmap, { aim = CENTRE, every = false, inView = null } = {}) {
      const id = (last += 1);
      worker.postMessage({ id, bitmap, aim, every, inView }, [bitmap]);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    close() {
      worker.terminate();
      for (const { resolve } of waiting.values()) resolve(null);
      waiting.clear();
    },
  };
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => {
      const error = new Error(event.message || 'the decoder stopped');
      reject(error);
      for (const call of waiting.values()) call.reject(error); // or the loop would wait for ever
      waiting.clear();
    };
    worker.onmessage = ({ data }) => {
      if ('ready' in data) {
        if (data.ready) resolve(reader);
        else reject(new Error(data.error));
        return;
      }
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) call?.reject(new Error(data.error));
      else call?.resolve(data.found);
    };
  });
}

/**
 * A still photo gets every attempt there is, always with our own decoder: the browser's may be tuned for video.
 * @param {Blob} file
 * @returns {Promise<Found | null>}
 */
export async function readPhoto(file) {
  const reader = await wasmReader();
  try {
    return await reader.read(await createImageBitmap(file, { imageOrientation: 'from-image' }), { every: true });
  } finally {
    reader.close();
  }
}
