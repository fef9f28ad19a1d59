import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAST_PATIENCE_MS, PATIENCE_MS, Patience } from '../../static/js/patience.js';

test('C10 a page with a copy waits a little, one without waits for long', () => {
  const patience = new Patience();
  assert.equal(patience.ms(true, 0), PATIENCE_MS);
  assert.equal(patience.ms(false, 0), LAST_PATIENCE_MS);
});

test('C10 after a silence the next pages of that minute hardly wait, and then one waits again', () => {
  const patience = new Patience();
  patience.silent(10_000);
  assert.ok(patience.ms(true, 13_000) < 1_000);
  assert.equal(patience.ms(false, 13_000), LAST_PATIENCE_MS);
  patience.silent(60_000); // a brief wait in vain does not prolong the minute
  assert.ok(patience.ms(true, 69_000) < 1_000);
  assert.equal(patience.ms(true, 70_001), PATIENCE_MS);
});

test('C10 an answer, even a late one, ends the silence', () => {
  const patience = new Patience();
  patience.silent(10_000);
  patience.answered();
  assert.equal(patience.ms(true, 11_000), PATIENCE_MS);
});
