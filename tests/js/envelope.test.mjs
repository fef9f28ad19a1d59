import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { retryAfter } from '../../static/js/outbox/call.js';
import { digestPhotos, envelope, idMaker, localIso } from '../../static/js/outbox/envelope.js';
import { sha256, sha256Text } from '../../static/js/outbox/sha256.js';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NOW = Date.parse('2026-11-23T07:12:09.000Z');
const zeros = (/** @type {Uint8Array} */ bytes) => bytes;
const ones = (/** @type {Uint8Array} */ bytes) => bytes.fill(255);
const stamp = { author: 'ana', device: 'd', at: new Date(NOW), mono: 183220.5, boot: 'b3', zone: 'Asia/Shanghai' };
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text).buffer;

test('A14 two saves in the same millisecond get different ids, in order', () => {
  for (const fill of [zeros, ones]) {
    const newId = idMaker(() => NOW, fill);
    const ids = Array.from({ length: 20_000 }, newId);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(ids, [...ids].sort());
    assert.ok(ids.every((id) => UUID7.test(id)));
  }
});

test('H1 ids go on forwards when the clock is set back', () => {
  let now = NOW;
  const newId = idMaker(() => now, zeros);
  const before = newId();
  now -= 86_400_000;
  assert.ok(newId() > before);
});

test('an id carries its time', () => {
  const id = idMaker(() => NOW, zeros)();
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), NOW);
});

test('the payload is the contract\'s, and its digest is of its UTF-8 bytes', () => {
  const { payload, ...made } = envelope('scan', { code: '7KQ2M4XPC9', method: 'camera', round: 'R7', frame: null }, { id: 'i', note: '水泵' }, stamp, 41, []);
  const read = JSON.parse(payload ?? '');
  assert.deepEqual(Object.keys(read), ['env', 'kind', 'schema', 'seq', 'occurred_at', 'zone', 'mono', 'boot', 'position', 'photos', 'note', 'supersedes', 'after', 'body']);
  assert.equal(read.seq, 41);
  assert.equal(Date.parse(read.occurred_at), NOW);
  assert.equal(made.sha256, createHash('sha256').update(payload ?? '').digest('hex'));
  assert.equal(made.bytes, new TextEncoder().encode(payload ?? '').length);
  assert.equal(made.about.round, 'R7');
  assert.equal(made.state, 'saved');
});

test('H3 local time carries its offset', () => {
  const text = localIso(new Date(NOW));
  assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(text), NOW);
  const india = { getTimezoneOffset: () => -330, getTime: () => NOW };
  assert.match(localIso(/** @type {Date} */ (/** @type {unknown} */ (india))), /T12:42:09\.000\+05:30$/);
  const west = { getTimezoneOffset: () => 210, getTime: () => NOW };
  assert.match(localIso(/** @type {Date} */ (/** @type {unknown} */ (west))), /T03:42:09\.000-03:30$/);
});

test('F8 the same picture chosen twice is one photo', () => {
  const photos = digestPhotos([{ data: bytes('a'), mime: 'image/jpeg' }, { data: bytes('a'), mime: 'image/jpeg' }, { data: bytes('b'), mime: 'image/png' }]);
  assert.equal(photos.length, 2);
  assert.equal(photos[0].sha256, createHash('sha256').update('a').digest('hex'));
});

test('SHA-256 agrees with the platform at every length around its blocks, and for Chinese text', () => {
  for (let n = 0; n < 200; n += 1) {
    const data = new Uint8Array(n).map((_, i) => (i * 31 + n) & 255);
    assert.equal(sha256(data), createHash('sha256').update(data).digest('hex'));
  }
  assert.equal(sha256Text('地下车库'), createHash('sha256').update('地下车库').digest('hex'));
});

test('B6 Retry-After in seconds, as a date, as nonsense, and for too long', () => {
  assert.equal(retryAfter('120', NOW), 120_000);
  assert.equal(retryAfter(new Date(NOW + 30_000).toUTCString(), NOW), 30_000);
  assert.equal(retryAfter(null, NOW), null);
  assert.equal(retryAfter('soon', NOW), null);
  assert.equal(retryAfter('99999999', NOW), 3_600_000);
  assert.equal(retryAfter(new Date(NOW - 5000).toUTCString(), NOW), 0);
});
