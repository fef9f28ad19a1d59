// The network between phones and server: it drops, delays, doubles, reorders and cuts; portals and stale caches answer in the server's place;
// and the server may be killed while it works.
import { never, pass, stage } from './stage.mjs';

/** @import { Dice } from './chance.mjs' */
/** @import { Server } from './server.mjs' */
/** @typedef {{method: string, path: string, headers: Record<string, string>, body: string, text: boolean}} Request */
/** @typedef {{status: number, headers: Record<string, string>, body: string}} Reply */

export const FATES = /** @type {const} */ (['refused', 'hole', 'lost-reply', 'late', 'twice', 'again-later', 'cut', 'spoilt', 'damaged', 'portal', 'redirect',
  'status', 'stale', 'killed', 'slow']);
const STATUSES = [400, 403, 404, 408, 409, 410, 413, 422, 425, 429, 500, 502, 503, 504];
/** What a cache that heeds no header may still answer: nothing keeps replies to PUT or PATCH, and a picture's HEAD says no-store. */
const CACHED = ['GET', 'POST'];
const PORTAL = '<!doctype html><title>Wi-Fi</title><h1>Please accept our terms.</h1>';

export class Network {
  /** @param {Server} server @param {Dice} dice @param {{bad: number, fates: readonly string[], meanwhile: () => Promise<void>, crash: (context: any) => boolean}} given */
  constructor(server, dice, { bad, fates, meanwhile, crash }) {
    Object.assign(this, { server, dice });
    this.server = server;
    this.dice = dice;
    this.bad = bad;
    this.fates = fates;
    this.meanwhile = meanwhile;
    this.crash = crash;
    this.downUntil = 0;
    /** @type {Request[]} requests that are still on their way */ this.late = [];
    /** @type {Map<string, Reply>} what a cache between us remembers */ this.cache = new Map();
    /** @type {Record<string, number>} */ this.counts = { calls: 0 };
    /** @type {{device: string, seqs: number[]}[]} */ this.posted = [];
  }

  /** @param {string} url @param {any} options @returns {Promise<Response>} */
  async fetch(url, options) {
    const { context } = stage;
    if (!context.alive) return never;
    this.counts.calls += 1;
    stage.moves += 1;
    const reply = await this.#carry(context, await freeze(url, options), options.signal);
    if (!context.alive) return never;
    if (options.signal?.aborted || reply === null) throw new TypeError('Failed to fetch');
    return answer(reply);
  }

  /** One call on its way; its page may die before it is sent, while it is away, or when the reply comes.
   * @param {any} context @param {Request} request @param {AbortSignal | undefined} signal @returns {Promise<Reply | null>} */
  async #carry(context, request, signal) {
    await this.meanwhile();
    if (!context.alive || this.crash(context)) return null;
    const fate = this.fates.length && this.dice.maybe(this.bad) ? this.dice.pick(this.fates) : 'fine';
    this.counts[fate] = (this.counts[fate] ?? 0) + 1;
    const reply = await this.#meet(fate, request, signal);
    if (this.crash(context)) return null;
    pass(this.dice.between(10, fate === 'slow' ? 25_000 : 400));
    return reply;
  }

  /** @param {string} fate @param {Request} request @param {AbortSignal | undefined} signal @returns {Promise<Reply | null>} null: the call failed */
  async #meet(fate, request, signal) {
    switch (fate) {
      case 'refused': case 'redirect': return null;
      case 'hole': return silence(signal);
      case 'late': this.late.push(request); return silence(signal);
      case 'lost-reply': await this.#reach(request); return this.dice.maybe(0.5) ? null : silence(signal);
      case 'killed': await this.#reach(request, this.dice.between(1, 70)); this.downUntil = stage.now + this.dice.between(1, 60) * 1000; return null;
      case 'twice': await this.#reach(request); return this.#reach(request);
      case 'again-later': this.late.push(request); return this.#reach(request);
      case 'portal': return { status: 200, headers: { 'Content-Type': 'text/html' }, body: PORTAL };
      case 'status': return this.#inBetween();
      case 'stale': return (CACHED.includes(request.method) && this.cache.get(named(request))) || this.#reach(request);
      case 'damaged': return this.#reach(damage(request, this.dice));
      case 'cut': case 'spoilt': {
        const reply = await this.#reach(request);
        return reply && { ...reply, body: fate === 'cut' ? reply.body.slice(0, this.dice.between(0, reply.body.length - 1)) : spoil(reply.body, this.dice) };
      }
      default: return this.#reach(request);
    }
  }

  /** The server does it, if it is there. @param {Request} request @param {number} [dies] @returns {Promise<Reply | null>} */
  async #reach(request, dies) {
    if (stage.now < this.downUntil) return null;
    this.#note(request);
    const reply = await this.server.ask('call', { ...request, dies });
    if (reply.dead) return null;
    this.cache.set(named(request), reply);
    return reply;
  }

  /** @param {Request} request */
  #note(request) {
    if (request.path !== '/sync' || !request.text) return;
    try {
      this.posted.push({ device: '', seqs: JSON.parse(request.body).records.map((/** @type {any} */ each) => JSON.parse(each.payload).seq) });
    } catch { /* damaged on the way */ }
  }

  /** What was late arrives, in any order. */
  async deliverLate() {
    for (const request of this.late.splice(0).sort(() => this.dice.random() - 0.5)) await this.#reach(request);
  }

  /** A proxy, or a server in trouble. @returns {Reply} */
  #inBetween() {
    const status = this.dice.pick(STATUSES);
    /** @type {Record<string, string>} */
    const headers = this.dice.maybe(0.4) ? { 'Retry-After': String(this.dice.pick([1, 30, 120, 900, 7200])) } : {};
    return { status, headers, body: this.dice.pick(['', '<h1>Sorry</h1>', '{"error":"x","message":"Not like this."}', 'null', '[]']) };
  }
}

/** @param {Request} request */
const named = ({ method, path }) => `${method} ${path.split('?')[0]}`;

/** @param {string} url @param {any} options @returns {Promise<Request>} */
async function freeze(url, { method = 'GET', headers = {}, body }) {
  const text = body === undefined || body === null || typeof body === 'string';
  const bytes = text ? (body ?? '') : Buffer.from(await new Response(body).arrayBuffer()).toString('base64');
  return { method, path: String(url), headers: { ...headers }, body: bytes, text };
}

/** Nothing ever comes back: until the caller's own patience ends. @param {AbortSignal | undefined} signal @returns {null} */
function silence(signal) {
  for (let waits = 0; waits < 120 && !signal?.aborted; waits += 1) pass(5_000);
  return null;
}

/** @param {Reply} reply */
function answer({ status, headers, body }) {
  return new Response([101, 204, 205, 304].includes(status) ? null : body, { status, headers });
}

/** Bytes of a payload, or of a picture, change on the way. @param {Request} request @param {Dice} dice @returns {Request} */
function damage(request, dice) {
  if (!request.text) {
    const bytes = Buffer.from(request.body, 'base64');
    if (bytes.length) bytes[dice.between(0, bytes.length - 1)] ^= 1;
    return { ...request, body: bytes.toString('base64') };
  }
  return { ...request, body: request.body.replace(/\\"boot\\":\\"./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`) };
}

/** @param {string} body @param {Dice} dice */
function spoil(body, dice) {
  /** @type {any} */ let json;
  try { json = JSON.parse(body); } catch { return body; }
  if (!Array.isArray(json?.results) || json.results.length === 0) return dice.pick(['{}', 'null', '"ok"', body.replace('nonce', 'n'), body]);
  const at = dice.between(0, json.results.length - 1);
  const spoilt = dice.pick([null, {}, { ...json.results[at], sha256: '0'.repeat(64) }, { ...json.results[at], id: 'stranger' },
    { ...json.results[at], status: 'damaged' }, { ...json.results[at], status: 'rejected' }, { ...json.results[at], status: undefined }]);
  if (dice.maybe(0.3)) json.results.splice(at, 1); else json.results[at] = spoilt;
  return JSON.stringify(json);
}
