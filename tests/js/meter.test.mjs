// While a reading is typed the phone doubts what the server would doubt (tests/http/test_meters.py has the same figures).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtOf, rangeNow } from '../../static/js/meter/rules.js';

const NOW = Date.parse('2026-11-23T14:30:00Z');
const usual = { digits: 5, last: 99_500, lastAt: NOW - 7 * 86_400_000, least: 10 / 3, most: 30 };

test('what does not fit is doubted, with why', () => {
  for (const [value, doubt] of /** @type {[number, string | null][]} */ ([[99_570.5, null], [99_000, 'below_last'], [99_999, 'jump'], [99_501, 'jump'], [100_000, 'too_long'], [-1, 'too_long'], [NaN, 'too_long']]))
    assert.equal(doubtOf(usual, value, NOW), doubt, String(value));
});

test('a meter that goes round is plausible', () => {
  const near = { ...usual, last: 99_980 };
  assert.equal(doubtOf(near, 50, NOW), null);
  assert.equal(doubtOf(near, 5_000, NOW), 'below_last');
  assert.deepEqual(rangeNow(near, NOW)?.map(Math.round), [3, 190]);
});

test('while little is known only what is lower is doubted', () => {
  const young = { ...usual, least: null, most: null };
  assert.equal(doubtOf(young, 99_999, NOW), null);
  assert.equal(doubtOf(young, 99_000, NOW), 'below_last');
  assert.equal(rangeNow(young, NOW), null);
  assert.equal(doubtOf({ digits: 5, last: null, lastAt: null, least: null, most: null }, 5, NOW), null);
});

test('a page kept for a week expects a week more', () => {
  assert.deepEqual(rangeNow(usual, NOW)?.map(Math.round), [99_523, 99_710]);
  assert.deepEqual(rangeNow({ ...usual, last: 100 }, NOW + 7 * 86_400_000)?.map(Math.round), [147, 520]);
});
