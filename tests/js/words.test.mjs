import assert from 'node:assert/strict';
import { test } from 'node:test';
import { t, time } from '../../static/js/words.js';

test('a time of today is hours and minutes; one of another day says which', () => {
  const now = new Date();
  now.setHours(7, 5, 0, 0);
  assert.equal(time(now), '07:05');
  const before = new Date(now);
  before.setDate(before.getDate() - 3);
  const words = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' }).format(before);
  assert.equal(time(before.toISOString()), `${words} 07:05`);
  assert.equal(t('page.as-of', { time: time(before) }), `This page is as of ${words} 07:05.`);
});
