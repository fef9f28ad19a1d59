/**
 * The photos of an open form: taken with the camera in the page or with the phone's own, made small and stamped, shown, taken out again.
 * The form provides a list, [data-take] (opens the camera) and an <input type="file">.
 */
import { receiptCode } from '../camera/receipt.js';
import { compressPhoto } from '../photo.js';
import { t } from '../words.js';
import { clone, part } from './templates.js';

/** @import { NewPhoto } from '../types' */
/** @typedef {{name?: string, place?: string, site?: string, person?: string, id: string}} Facts what is burnt into photos; id: their record's */

const OLD_MS = 60_000;
/** What one record may name (webapp/records/envelope.py). */
const MOST = 60;

export class Shots {
  /**
   * @param {HTMLElement} list
   * @param {{facts: () => Facts, onChange: () => unknown}} form  onChange may return a promise: the photo is kept when it resolves
   */
  constructor(list, { facts, onChange }) {
    this.list = list;
    this.facts = facts;
    this.onChange = onChange;
    /** @type {NewPhoto[]} */
    this.photos = [];
  }

  /** Opens the camera in the page; `picker` opens the phone's own.
   * @param {HTMLInputElement | null} picker @param {{under?: string, done?: () => void}} [more]  under: a photo to lay over the viewfinder; done: it is closed */
  async take(picker, { under = '', done } = {}) {
    const { openCamera } = await import('../camera/dialog.js'); // most pages with a form take no photo
    openCamera({
      stamp: () => this.stamp(new Date()),
      keep: async (photo) => {
        this.show(photo);
        await this.onChange();
      },
      instead: () => picker?.click(),
      under,
      done,
    });
  }

  /** One after another: a cheap phone has room for one open picture. @param {Iterable<File>} files */
  async add(files) {
    for (const file of files) this.show(await compressPhoto(file, { stamp: this.stamp(timeOf(file), t('camera.elsewhere')) }));
    await this.onChange();
  }

  /** @param {Date} at @param {string} [source] */
  stamp(at, source = '') {
    const { id, ...facts } = this.facts();
    return { at, ...facts, receipt: receiptCode(id), source };
  }

  /** @param {NewPhoto} photo @throws {TooMany} */
  show(photo) {
    if (this.photos.length >= MOST) throw new TooMany('no record takes more photos');
    this.photos.push(photo);
    const item = clone('shot');
    const address = URL.createObjectURL(new Blob([photo.data], { type: photo.mime }));
    const image = /** @type {HTMLImageElement} */ (part(item, 'image'));
    image.src = address;
    for (const event of ['load', 'error']) image.addEventListener(event, () => URL.revokeObjectURL(address));
    part(item, 'remove').addEventListener('click', () => {
      this.photos = this.photos.filter((other) => other !== photo);
      item.remove();
      void this.onChange();
    });
    this.list.append(item);
  }

  clear() {
    this.photos = [];
    this.list.replaceChildren();
  }
}

/** As many photos as one record can name. */
export class TooMany extends Error { name = 'TooMany'; }

/** When a file was made: just now by the camera app, or some day before. @param {File} file */
function timeOf({ lastModified }) {
  const now = Date.now();
  return new Date(lastModified > 0 && lastModified < now - OLD_MS ? lastModified : now);
}
