/** The photos of an open form: taken in, made small, shown, taken out again. */
import { compressPhoto } from '../photo.js';
import { clone, part } from './templates.js';

/** @import { NewPhoto } from '../types' */

export class Shots {
  /**
   * @param {HTMLElement} list
   * @param {() => void} onChange
   */
  constructor(list, onChange) {
    this.list = list;
    this.onChange = onChange;
    /** @type {NewPhoto[]} */
    this.photos = [];
  }

  /** @param {Iterable<File>} files */
  async add(files) {
    for (const file of files) this.show(await compressPhoto(file));
    this.onChange();
  }

  /** @param {NewPhoto} photo */
  show(photo) {
    this.photos.push(photo);
    const item = clone('shot');
    const address = URL.createObjectURL(new Blob([photo.data], { type: photo.mime }));
    const image = /** @type {HTMLImageElement} */ (part(item, 'image'));
    image.src = address;
    image.addEventListener('load', () => URL.revokeObjectURL(address));
    part(item, 'remove').addEventListener('click', () => {
      this.photos = this.photos.filter((other) => other !== photo);
      item.remove();
      this.onChange();
    });
    this.list.append(item);
  }
}
