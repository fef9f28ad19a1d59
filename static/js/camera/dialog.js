/**
 * The camera in the page: look, shoot, look at it, keep it or take it again; several in a row. Stamped from <template id="t-camera">.
 * The page goes on living under it, which it may not under the phone's own camera app.
 *
 *   document receives `rounds:camera` {open}: whoever else uses the camera lets it go meanwhile.
 */
import { compressPhoto } from '../photo.js';
import { Camera } from '../scan/camera.js';
import { clone, part } from '../scan/templates.js';
import { showControls } from '../scan/viewfinder.js';
import { t } from '../words.js';
import { drawStamp } from './stamp.js';

/** @typedef {import('./stamp.js').Stamp} Stamp */
/** @typedef {import('../photo.js').Photo} Photo */
/** @typedef {{stamp: () => Stamp, keep: (photo: Photo) => Promise<unknown>, instead: () => void, under?: string, done?: () => void}} Wish
 *   keep: resolves when the photo is safe; instead: the person wants the phone's own camera;
 *   under: address of an earlier photo, half transparent over the live picture until it is switched off; done: the camera is closed */

const CLEAN_QUALITY = 0.92;
const PREVIEW_MS = 1000;
const PREVIEW_SIDE = 960;

class PhotoCamera {
  constructor() {
    this.dialog = /** @type {HTMLDialogElement} */ (clone('camera'));
    document.body.append(this.dialog);
    this.video = /** @type {HTMLVideoElement} */ (part(this.dialog, 'video'));
    this.shot = /** @type {HTMLImageElement} */ (part(this.dialog, 'shot'));
    this.camera = new Camera(this.video, (state) => this.cameraIs(state));
    /** @type {Wish | null} */ this.wish = null;
    /** @type {Photo | null} */ this.photo = null;
    this.kept = 0;
    this.busy = false;
    this.ticking = 0;
    this.dialog.addEventListener('click', (event) => this.act(/** @type {Element} */ (event.target).closest('[data-act]')?.getAttribute('data-act')));
    this.dialog.addEventListener('close', () => this.closed());
  }

  /** @param {Wish} wish */
  open(wish) {
    Object.assign(this, { wish, kept: 0 });
    document.dispatchEvent(new CustomEvent('rounds:camera', { detail: { open: true } }));
    this.showUnder(Boolean(wish.under));
    this.dialog.showModal();
    this.look();
    this.say('');
    void this.camera.open();
    this.ticking = setInterval(() => this.preview(), PREVIEW_MS);
  }

  closed() {
    clearInterval(this.ticking);
    this.camera.close();
    this.forget();
    const { wish } = this;
    this.wish = null;
    wish?.done?.();
    document.dispatchEvent(new CustomEvent('rounds:camera', { detail: { open: false } }));
  }

  /** @param {string | null | undefined} act */
  act(act) {
    switch (act) {
      case 'shoot': return void this.shoot().catch((error) => this.failed(error));
      case 'use': return void this.use().catch((error) => this.failed(error));
      case 'again': return this.look();
      case 'under': return this.showUnder(part(this.dialog, 'under').hidden === true);
      case 'retry': return void this.camera.start();
      case 'close': return this.dialog.close();
      case 'instead': {
        const { wish } = this;
        this.wish = null; // not done yet: it goes on in the other camera
        this.dialog.close();
        return wish?.instead();
      }
    }
  }

  /** The photo of before over the live picture, so that the next one shows the same. @param {boolean} on */
  showUnder(on) {
    const address = this.wish?.under ?? '';
    const image = /** @type {HTMLImageElement} */ (part(this.dialog, 'under'));
    if (address) image.src = address;
    image.hidden = !on;
    const toggle = part(this.dialog, 'under-toggle');
    toggle.hidden = !address;
    toggle.setAttribute('aria-pressed', String(on));
  }

  /** Back to the live picture. */
  look() {
    this.forget();
    this.show('live');
    this.preview();
  }

  forget() {
    if (this.shot.src) URL.revokeObjectURL(this.shot.src);
    this.shot.removeAttribute('src');
    this.photo = null;
  }

  /** @param {'live' | 'review'} mode */
  show(mode) {
    for (const piece of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll('[data-in]'))) piece.hidden = piece.dataset.in !== mode;
    /** @type {HTMLElement | null} */ (this.dialog.querySelector(`[data-in="${mode}"] .main`))?.focus();
  }

  /** @param {import('../scan/camera.js').CameraState} state */
  cameraIs(state) {
    if (!this.dialog.open) return;
    const trouble = !['live', 'starting', 'off'].includes(state);
    part(this.dialog, 'trouble').hidden = !trouble;
    /** @type {HTMLButtonElement} */ (part(this.dialog, 'shutter')).disabled = state !== 'live';
    for (const name of ['torch', 'zoom']) part(this.dialog, name).hidden = true;
    if (state === 'live') {
      showControls(this.dialog, this.camera);
      this.preview();
    }
    if (!trouble) return;
    part(this.dialog, 'trouble-title').textContent = t(`scan.camera.${state}`);
    part(this.dialog, 'trouble-words').textContent = t(`camera.${state}-words`);
    part(this.dialog, 'retry').hidden = state === 'absent' || state === 'insecure';
  }

  /** The stamp over the live picture, as it will be burnt in. */
  preview() {
    const canvas = /** @type {HTMLCanvasElement} */ (part(this.dialog, 'preview'));
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height, 1));
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    const context = canvas.getContext('2d');
    if (!width || !context || !this.wish) return;
    drawStamp(context, canvas.width, canvas.height, this.wish.stamp(), document.documentElement.lang);
  }

  /** The frame that is seen at this moment becomes the photo. */
  async shoot() {
    if (this.busy || !this.wish || this.camera.state !== 'live') return;
    this.busy = true;
    try {
      const stamp = this.wish.stamp();
      this.photo = await compressPhoto(await frameOf(this.video), { stamp });
      this.shot.src = URL.createObjectURL(new Blob([this.photo.data], { type: this.photo.mime }));
      this.show('review');
      this.say('');
    } finally {
      this.busy = false;
    }
  }

  async use() {
    const { photo, wish } = this;
    if (this.busy || !photo || !wish) return;
    this.busy = true;
    try {
      const full = await wish.keep(photo).then(() => false, (error) => {
        if (error.name !== 'PhoneFull') throw error;
        return true;
      });
      this.kept += 1;
      // The form still holds it: what is full is the memory that would outlive this page.
      this.say(full ? t('camera.full') : t('camera.kept', { n: this.kept }));
      this.look();
    } finally {
      this.busy = false;
    }
  }

  /** @param {unknown} error */
  failed(error) {
    console.error('camera', error);
    this.say(t(/** @type {Error} */ (error).name === 'TooMany' ? 'camera.enough' : 'form.photo-failed'));
  }

  /** @param {string} words */
  say(words) {
    part(this.dialog, 'note').textContent = words;
  }
}

/** What the camera shows, as it is: the bytes before any stamp. @param {HTMLVideoElement} video @returns {Promise<Blob>} */
async function frameOf(video) {
  const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/jpeg', CLEAN_QUALITY));
  canvas.width = canvas.height = 0;
  if (!blob) throw new Error('no picture');
  return blob;
}

/** @type {PhotoCamera | null} One a page: a phone has one rear camera. */
let camera = null;

/** @param {Wish} wish */
export function openCamera(wish) {
  camera ??= new PhotoCamera();
  camera.open(wish);
}
