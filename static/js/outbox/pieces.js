/**
 * One photo on its way to its fixed address: whole when it is small, else in pieces (tus 1.0). The server keeps what came of a piece whose
 * connection broke, so a weak line costs only what was under way. No storage, no page: tests/js runs it against a server that fails.
 */
import { call } from './call.js';
import { sha256 } from './sha256.js';

/** @import { Answer } from '../types' */
/** @typedef {{sha256: string, mime: string, data: ArrayBuffer}} Cargo */
/** @typedef {Extract<Answer, {kind: 'reply'}>} Reply */

const KB = 1024;
/** Below this a photo goes in one call. */
const WHOLE = 128 * KB;
const LEAST = 32 * KB;
const FIRST = 128 * KB;
const MOST = 512 * KB;
/** A piece that has not been answered by then has stalled; how far it came, the server says. */
const STALL_MS = 20_000;
const QUICK_MS = 4_000;
const SLOW_MS = 10_000;
/** Calls in a row that brought nothing, before the photo waits for its next turn. */
const TRIES = 4;
const PAUSE_MS = 300;
const RESTARTS = 2;
const TYPE = 'application/offset+octet-stream';

/** Sends photos, one after another, and learns how large a piece this line bears. */
export class Pieces {
  /** @param {{wait?: (ms: number) => Promise<void>, now?: () => number}} [hands] */
  constructor({ wait = (ms) => new Promise((done) => setTimeout(done, ms)), now = Date.now } = {}) {
    this.wait = wait;
    this.now = now;
    this.size = FIRST;
    /** What came in one call and was too much for something on the way. */
    this.tooMuch = Infinity;
  }

  /**
   * @param {Cargo} cargo @param {string | null} ticket
   * @param {() => boolean} stop  asked between two calls: something more urgent waits
   * @returns {Promise<Answer | null>} the last answer, which says whether the photo is there; null: stopped
   */
  async send(cargo, ticket, stop) {
    const way = new Way(cargo, ticket);
    let failures = 0;
    if (cargo.data.byteLength < Math.min(WHOLE, this.tooMuch)) {
      const answer = await way.whole();
      if (answer.kind === 'reply' && answer.status !== 413) return answer;
      if (answer.kind === 'reply') this.shrink(cargo.data.byteLength);
      else failures = await this.failed(failures);
    }
    for (;;) {
      if (stop()) return null;
      const asked = way.at === null;
      const reached = way.reached;
      const begun = this.now();
      const answer = asked ? await way.ask() : await way.next(this.size);
      const verdict = way.learn(answer, asked);
      if (verdict === 'end') return answer;
      if (verdict === 'too-much' && !this.shrink(way.lastSize)) return answer;
      if (verdict === 'good' && !asked && way.at) this.pace(this.now() - begun, way.lastSize);
      if (answer.kind === 'none' && !asked) this.size = Math.max(LEAST, this.size / 2);
      if (way.reached > reached || verdict === 'too-much') failures = 0;
      else if (verdict === 'bad') {
        if (failures + 1 >= TRIES) return answer;
        failures = await this.failed(failures);
      }
    }
  }

  /** @param {number} failures */
  async failed(failures) {
    await this.wait(PAUSE_MS * 2 ** failures);
    return failures + 1;
  }

  /** A proxy on the way takes less than the server does. @param {number} sent @returns {boolean} whether smaller pieces are possible */
  shrink(sent) {
    this.tooMuch = Math.min(this.tooMuch, sent);
    this.size = Math.floor(Math.max(LEAST, Math.min(this.size, sent) / 2));
    return this.size < sent;
  }

  /** @param {number} took ms @param {number} sent bytes */
  pace(took, sent) {
    if (took < QUICK_MS && sent >= this.size) this.size = Math.min(MOST, this.size * 2, Math.max(LEAST, this.tooMuch / 2));
    if (took > SLOW_MS) this.size = Math.max(LEAST, this.size / 2);
  }
}

/** Where one photo stands. */
class Way {
  /** @param {Cargo} cargo @param {string | null} ticket */
  constructor(cargo, ticket) {
    this.cargo = cargo;
    this.ticket = ticket;
    this.url = `/photos/${cargo.sha256}`;
    /** @type {number | null} the server's offset; null: it must be asked */ this.at = null;
    this.begun = false;
    /** The farthest offset the server has told. */
    this.reached = -1;
    this.lastSize = 0;
    this.restarts = 0;
  }

  whole() {
    const { data, mime } = this.cargo;
    return call(this.url, { method: 'PUT', ticket: this.ticket, body: data, mime, timeout: STALL_MS });
  }

  ask() {
    return call(this.url, { method: 'HEAD', ticket: this.ticket, headers: TUS, timeout: STALL_MS });
  }

  /** @param {number} size */
  next(size) {
    const { data } = this.cargo;
    const at = this.at ?? 0;
    const piece = new Uint8Array(data, at, Math.min(size, data.byteLength - at));
    this.lastSize = piece.byteLength;
    const checksum = { 'Upload-Checksum': `sha256 ${base64(sha256(piece))}` };
    const headers = { ...TUS, ...checksum, ...(this.begun ? { 'Upload-Offset': String(at) } : { 'Upload-Length': String(data.byteLength) }) };
    return call(this.url, { method: this.begun ? 'PATCH' : 'POST', ticket: this.ticket, body: piece, mime: TYPE, headers, timeout: STALL_MS });
  }

  /**
   * What an answer means for this photo.
   * @param {Answer} answer @param {boolean} asked  whether it answers the question how much is there
   * @returns {'end' | 'good' | 'bad' | 'too-much'}
   */
  learn(answer, asked) {
    if (answer.kind === 'none') { this.at = null; return 'bad'; }
    const { status } = answer;
    if (asked && (status === 404 || status === 410)) return this.anew();
    if ([200, 201, 204].includes(status)) return this.moved(answer);
    if (asked) return 'end';
    if (status === 409) { this.at = null; return 'bad'; }
    if (status === 460) return 'bad';
    if (status === 413) return 'too-much';
    // What was there is lost; or all of it arrived, was not this picture, and was thrown away. Again from the beginning, but not for ever.
    if ((status === 404 || status === 410 || status === 422) && this.restarts++ < RESTARTS) return this.anew();
    return 'end';
  }

  /** Nothing is there: the first piece begins it. @returns {'good'} */
  anew() {
    Object.assign(this, { at: 0, begun: false, reached: -1 });
    return 'good';
  }

  /** @param {Reply} answer */
  moved({ offset }) {
    const { byteLength } = this.cargo.data;
    // No offset: somebody else answered. All of it: it is there. What that proves, core.js decides.
    if (typeof offset !== 'number' || !(offset >= 0) || offset >= byteLength) return 'end';
    const verdict = offset > (this.at ?? -1) ? 'good' : 'bad';
    Object.assign(this, { at: offset, begun: true, reached: Math.max(this.reached, offset) });
    return verdict;
  }
}

const TUS = { 'Tus-Resumable': '1.0.0' };

/** @param {string} hex */
const base64 = (hex) => btoa((hex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join(''));
