// What is burnt into photos: the same receipt code as the server's, and names that fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, shorten } from '../../static/js/camera/stamp.js';
import { receiptCode } from '../../static/js/camera/receipt.js';
import { digestPhotos } from '../../static/js/outbox/envelope.js';

test('a record’s receipt code is the one the server gives (tests/rules/test_receipts.py holds the same pairs)', () => {
  assert.equal(receiptCode('0196f3a0-0000-7000-8000-00000000000a'), 'ZQG-Q47');
  assert.equal(receiptCode('0196F3A0-1234-7ABC-9DEF-0123456789AB'), '229-VE0');
});

const at = new Date(2026, 10, 3, 7, 5, 9);

test('lines name the place from small to large and leave out what is not known', () => {
  const whole = linesOf({ at, name: 'Pump room', place: 'Tower 1', site: 'Garden', person: 'Li', receipt: 'K7Q-2F9' }, 'en');
  assert.deepEqual(whole, { time: '07:05:09', day: '2026-11-03 Tue', name: 'Pump room', where: 'Tower 1 · Garden', person: 'Li', receipt: 'K7Q-2F9', source: '' });
  assert.equal(linesOf({ at, receipt: '' }, 'zh-CN').day, '2026-11-03 周二');
  const bare = linesOf({ at, site: 'Garden', receipt: '', source: 'camera app' }, 'en');
  assert.deepEqual([bare.name, bare.where, bare.source], ['Garden', '', 'camera app']);
});

test('a long name is shortened to what fits, never in the middle of a letter', () => {
  const fits = (/** @type {number} */ most) => (/** @type {string} */ text) => [...text].length <= most;
  assert.equal(shorten('short', fits(10)), 'short');
  assert.equal(shorten('a rather long name', fits(10)), 'a rather…');
  assert.equal(shorten('👮👮👮👮', fits(3)), '👮👮…');
  assert.equal(shorten('', fits(0)), '');
  assert.equal(shorten('no room', fits(0)), '…');
});

test('the digest of the original stands beside the photo that was made from it', () => {
  const data = new TextEncoder().encode('x').buffer;
  const [photo] = digestPhotos([{ data, mime: 'image/jpeg', original: 'f'.repeat(64) }]);
  assert.equal(photo.original, 'f'.repeat(64));
  assert.equal('original' in digestPhotos([{ data, mime: 'image/jpeg' }])[0], false);
});
