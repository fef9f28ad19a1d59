// Photos in pieces against a server and a line that fail: all of it arrives, nothing is sent much more often than once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { Pieces } from '../../static/js/outbox/pieces.js';

/** @import { Answer } from '../../static/js/types' */

const KB = 1024;
const digest = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex');
/** @param {string} hex */
const base64 = (hex) => btoa((hex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join(''));

/** A generator of chances that gives the same ones for the same seed. @param {number} seed */
function chances(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {number} size @param {number} [seed] @returns {{sha256: string, mime: string, data: ArrayBuffer}} */
function photo(size, seed = 1) {
  const random = chances(seed);
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
  return { sha256: digest(bytes), mime: 'image/jpeg', data: bytes.buffer };
}

/** The server's half of tus, as the product's own does it (tests/http holds that one to it), behind a line that a test can break. */
class Server {
  constructor() {
    /** @type {Map<string, number[]>} */ this.partial = new Map();
    /** @type {Map<string, number>} */ this.lengths = new Map();
    /** @type {Map<string, Uint8Array>} */ this.stored = new Map();
    /** @type {string[]} */ this.log = [];
    this.bytes = 0;
    this.now = 0;
    /** What happens to a call: how many bytes of its body arrive (undefined: all), and whether the reply comes back.
     * @type {(method: string, size: number) => {arrive?: number, reply?: boolean, status?: number, damage?: boolean}} */
    this.line = () => ({});
  }

  /** @param {string} url @param {any} options */
  fetch = async (url, { method, headers, body, signal }) => {
    const id = url.split('/')[2];
    let sent = new Uint8Array(body ?? 0);
    const fate = this.line(method, sent.length);
    this.log.push(`${method} ${sent.length}`);
    if (fate.status) return this.answer(fate.status);
    const whole = fate.arrive === undefined || fate.arrive >= sent.length;
    sent = sent.slice(0, fate.arrive ?? sent.length);
    this.bytes += sent.length;
    if (fate.damage && sent.length) sent[0] ^= 1;
    const answer = this.take(method, id, headers, sent, whole);
    if (!whole || fate.reply === false) throw Object.assign(new TypeError('Load failed'), { signal });
    return answer;
  };

  /** @param {string} method @param {string} id @param {Record<string, string>} headers @param {Uint8Array} sent @param {boolean} whole */
  take(method, id, headers, sent, whole) {
    const stored = this.stored.get(id);
    if (method === 'HEAD') {
      if (stored) return this.answer(200, stored.length);
      const here = this.partial.get(id);
      return here ? this.answer(200, here.length) : this.answer(404);
    }
    if (method === 'PUT') return whole ? this.keep(id, sent) : this.answer(400);
    if (method === 'POST') {
      if (stored) return this.answer(200, stored.length);
      this.lengths.set(id, Number(headers['Upload-Length']));
      if (this.partial.has(id)) return this.answer(201, this.partial.get(id)?.length);
      this.partial.set(id, []);
    }
    const here = this.partial.get(id);
    if (!here) return this.answer(stored ? 409 : 404);
    if (method === 'PATCH' && Number(headers['Upload-Offset']) !== here.length) return this.answer(409);
    if (whole && headers['Upload-Checksum'] !== `sha256 ${base64(digest(sent))}`) return this.answer(460);
    for (const byte of sent) here.push(byte);
    if (here.length < (this.lengths.get(id) ?? 0)) return this.answer(method === 'POST' ? 201 : 204, here.length);
    this.partial.delete(id);
    return this.keep(id, Uint8Array.from(here));
  }

  /** @param {string} id @param {Uint8Array} bytes */
  keep(id, bytes) {
    if (digest(bytes) !== id) return this.answer(422);
    this.stored.set(id, bytes);
    return this.answer(201, bytes.length, { sha256: id });
  }

  /** @param {number} status @param {number} [offset] @param {unknown} [json] */
  answer(status, offset, json = {}) {
    const headers = new Headers(offset === undefined ? {} : { 'Upload-Offset': String(offset) });
    return { status, headers, text: async () => JSON.stringify(json) };
  }
}

/** @param {(server: Server) => void} [set] */
function world(set = () => {}) {
  const server = new Server();
  set(server);
  globalThis.fetch = /** @type {any} */ (server.fetch);
  const pieces = new Pieces({ wait: async () => {}, now: () => server.now });
  return { server, pieces };
}

/** @param {Pieces} pieces @param {any} cargo @param {() => boolean} [stop] */
const send = (pieces, cargo, stop = () => false) => pieces.send(cargo, 'T', stop);

/** @param {Answer | null} answer @param {any} cargo */
function arrived(answer, cargo) {
  assert.equal(answer?.kind, 'reply');
  const { offset, json } = /** @type {any} */ (answer);
  assert.ok(offset === cargo.data.byteLength || json?.sha256 === cargo.sha256, JSON.stringify(answer));
}

test('a photo below 128 kB goes in one call', async () => {
  const { server, pieces } = world();
  const cargo = photo(100 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.deepEqual(server.log, [`PUT ${100 * KB}`]);
});

test('a larger one in pieces that grow while the line is quick', async () => {
  const { server, pieces } = world();
  const cargo = photo(1500 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.deepEqual(server.log, ['HEAD 0', `POST ${128 * KB}`, `PATCH ${256 * KB}`, `PATCH ${512 * KB}`, `PATCH ${512 * KB}`, `PATCH ${92 * KB}`]);
});

test('and shrink to 32 kB while it is slow', async () => {
  const { server, pieces } = world();
  server.line = () => { server.now += 12_000; return {}; };
  const cargo = photo(300 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.deepEqual(server.log.slice(1, 5), [`POST ${128 * KB}`, `PATCH ${64 * KB}`, `PATCH ${32 * KB}`, `PATCH ${32 * KB}`]);
});

test('F1 cut at any byte it goes on from the offset of the server', async () => {
  for (const cut of [0, 1, 50 * KB, 128 * KB - 1]) {
    const { server, pieces } = world();
    let cuts = 0;
    server.line = (method) => (method !== 'HEAD' && cuts++ === 0 ? { arrive: cut } : {});
    const cargo = photo(300 * KB);
    arrived(await send(pieces, cargo), cargo);
    assert.equal(server.bytes, 300 * KB, 'not a byte twice');
  }
});

test('F1 a lost reply to the last piece is found out by asking', async () => {
  const { server, pieces } = world();
  let last = 0;
  server.line = (method, size) => (method === 'PATCH' && size < 128 * KB && last++ === 0 ? { reply: false } : {});
  const cargo = photo(200 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.deepEqual(server.log.slice(-2), [`PATCH ${72 * KB}`, 'HEAD 0']);
  assert.equal(server.bytes, 200 * KB);
});

test('F2 what the server has lost begins anew, but not for ever', async () => {
  const { server, pieces } = world();
  let lost = 0;
  server.line = (method) => { if (method === 'PATCH' && lost++ === 0) server.partial.clear(); return {}; };
  const cargo = photo(300 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.equal(server.stored.size, 1);

  const worse = world();
  worse.server.line = (method) => { if (method === 'PATCH') worse.server.partial.clear(); return {}; };
  const answer = await send(worse.pieces, photo(2000 * KB));
  assert.equal(/** @type {any} */ (answer).status, 404);
  assert.ok(worse.server.log.length < 10);
});

test('F3 a piece damaged on the way is sent again', async () => {
  const { server, pieces } = world();
  let calls = 0;
  server.line = (method) => ({ damage: method !== 'HEAD' && calls++ < 2 });
  const cargo = photo(200 * KB);
  arrived(await send(pieces, cargo), cargo);
  assert.equal(server.log.filter((line) => line === `POST ${128 * KB}` || line === `PATCH ${128 * KB}`).length, 3);
});

test('F3 a line that damages everything is left alone after a few tries', async () => {
  const { server, pieces } = world();
  server.line = () => ({ damage: true });
  const answer = await send(pieces, photo(200 * KB));
  assert.equal(/** @type {any} */ (answer).status, 460);
  assert.ok(server.log.length < 10);
});

test('E14 a proxy that takes only 40 kB a call gets smaller pieces', async () => {
  const { server, pieces } = world();
  server.line = (_method, size) => (size > 40 * KB ? { status: 413 } : {});
  for (const cargo of [photo(100 * KB, 1), photo(300 * KB, 2), photo(70 * KB, 3)]) arrived(await send(pieces, cargo), cargo);
  assert.equal(server.stored.size, 3);
});

test('E14 one that takes not even 32 kB says too big, and holds up nothing', async () => {
  const { server, pieces } = world();
  server.line = (_method, size) => (size > 20 * KB ? { status: 413 } : {});
  assert.equal(/** @type {any} */ (await send(pieces, photo(300 * KB))).status, 413);
  const small = photo(10 * KB);
  arrived(await send(pieces, small), small);
});

test('no signal: a few tries, then its next turn', async () => {
  const { server, pieces } = world();
  server.line = () => ({ arrive: -1, reply: false });
  for (const size of [10, 300]) assert.equal((await send(pieces, photo(size * KB)))?.kind, 'none');
  assert.ok(server.log.length <= 10);
});

test('a portal that says 200 to everything is believed nothing', async () => {
  const { server, pieces } = world();
  server.line = () => ({ status: 200 });
  for (const size of [10, 300]) {
    const answer = /** @type {any} */ (await send(pieces, photo(size * KB)));
    assert.deepEqual([answer.status, answer.offset, answer.json.sha256], [200, null, undefined]);
  }
});

test('B13 a record that is saved meanwhile goes first, and the photo goes on where it stopped', async () => {
  const { server, pieces } = world();
  const cargo = photo(1000 * KB);
  assert.equal(await send(pieces, cargo, () => server.bytes > 200 * KB), null);
  const before = server.bytes;
  arrived(await send(pieces, cargo), cargo);
  assert.equal(server.bytes, 1000 * KB);
  assert.ok(before >= 200 * KB && before < 1000 * KB);
});

test('B10 B11 through any weak line all arrive, and at most 1.1 times their bytes are sent', async () => {
  let sent = 0;
  let kept = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = chances(seed);
    const { server, pieces } = world();
    server.line = (_method, size) => {
      server.now += size / 50;
      const chance = random();
      if (chance < 0.2) return { arrive: Math.floor(random() * size), reply: false };
      return chance < 0.25 ? { reply: false } : {};
    };
    const cargo = photo(Math.floor(random() * 600 * KB) + 1, seed);
    for (let turns = 0; !server.stored.has(cargo.sha256); turns += 1) {
      assert.ok(turns < 20, `seed ${seed}: does not arrive`);
      await send(pieces, cargo);
    }
    assert.equal(digest(server.stored.get(cargo.sha256) ?? new Uint8Array()), cargo.sha256);
    sent += server.bytes;
    kept += cargo.data.byteLength;
  }
  assert.ok(sent <= 1.1 * kept, `${sent / kept}`);
});
