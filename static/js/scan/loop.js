/**
 * Continuous reading: frame after frame from the video to the reader, one at a time, and each code told once.
 *
 * @typedef {import('./reader.js').Reader} Reader
 * @typedef {import('./frame.js').Picture} Picture
 * @typedef {{text: string, frame: Picture, shownAt: number}} Reading  shownAt: when the page had the frame, performance.now()
 */

const GONE_MS = 3000; // unread for this long, a code has left the view; a few blurred frames have not
const PACE_MS = 40; // at most 25 attempts a second: more only warms the phone
const HELD_PACE_MS = 120; // while a label is held in view there is nothing to hurry for

/**
 * A phone resting on a label reads it ten times a second, and two labels side by side alternate: each is one scan.
 */
export class Sightings {
  constructor() {
    /** @type {Map<string, number>} */
    this.seenAt = new Map();
  }

  /** @param {string} text @param {number} now @returns {boolean} is it in view already? */
  holds(text, now) {
    return now - (this.seenAt.get(text) ?? -Infinity) < GONE_MS;
  }

  /** @param {number} now @returns {string | null} the code seen last, while it counts as in view */
  latest(now) {
    const [text] = [...this.seenAt].at(-1) ?? [];
    return text !== undefined && this.holds(text, now) ? text : null;
  }

  /** What could not be saved must be readable again at once. @param {string} text */
  forget(text) {
    this.seenAt.delete(text);
  }

  /** @param {string} text @param {number} now @returns {boolean} is it news? */
  see(text, now) {
    const news = !this.holds(text, now);
    this.seenAt.delete(text); // so that the map's order is the order of sight
    this.seenAt.set(text, now);
    return news;
  }
}

export class ScanLoop {
  /**
   * @param {{video: HTMLVideoElement, reader: Reader, aim: () => import('./reader.js').Aim, onReading: (reading: Reading) => void, onFailure: (error: unknown) => void}} parts
   */
  constructor({ video, reader, aim, onReading, onFailure }) {
    this.video = video;
    this.reader = reader;
    this.aim = aim;
    this.onReading = onReading;
    this.onFailure = onFailure;
    this.sightings = new Sightings();
    this.running = false;
    this.busy = false;
    this.lastStart = -Infinity;
    this.pace = PACE_MS;
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.await();
  }

  stop() {
    this.running = false;
  }

  /** Asks for the next frame; each frame is looked at once at most. */
  await() {
    if (!this.running) return;
    const next = (/** @type {number} */ now) => {
      void this.look(now);
      this.await();
    };
    if ('requestVideoFrameCallback' in this.video) this.video.requestVideoFrameCallback(next);
    else requestAnimationFrame(next);
  }

  /** @param {number} shownAt */
  async look(shownAt) {
    if (!this.running || this.busy || shownAt - this.lastStart < this.pace || this.video.readyState < 2) return;
    this.busy = true;
    this.lastStart = shownAt;
    try {
      const bitmap = await createImageBitmap(this.video);
      const found = await this.reader.read(bitmap, { aim: this.aim(), inView: this.sightings.latest(shownAt) });
      this.pace = found ? HELD_PACE_MS : PACE_MS;
      if (found && this.running && this.sightings.see(found.text, shownAt) && found.frame) {
        this.onReading({ text: found.text, frame: found.frame, shownAt });
      }
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.busy = false;
    }
  }
}
