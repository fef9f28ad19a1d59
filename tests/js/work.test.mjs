// The phone works out steps and charges as the server does: tests/js/vectors/work.json is written from the server's rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { BadQuantity, amountOf, callOut, costOf, digest, dueOf, money, plain, quantityOf } from '../../static/js/work/charge.js';
import { advance, nextVerbs } from '../../static/js/work/steps.js';

const vectors = JSON.parse(readFileSync(new URL('./vectors/work.json', import.meta.url), 'utf8'));

test('own steps lead where the fold says', () => {
  for (const { before, verbs, after, next } of vectors.walks) {
    const where = advance(before, verbs);
    assert.deepEqual(where, after, `${before.state} ${verbs}`);
    assert.deepEqual(nextVerbs(where), next, `${before.state} ${verbs}`);
  }
});

test('quantities are taken, or refused for the same reason', () => {
  for (const { typed, milli, why } of vectors.quantities) {
    if (why) assert.throws(() => quantityOf(typed), (/** @type {unknown} */ error) => error instanceof BadQuantity && error.why === why, typed);
    else assert.equal(quantityOf(typed), milli, typed);
  }
  assert.equal(quantityOf('1,5'), 1500);
  assert.equal(quantityOf('２．５'), 2500);
});

test('a quantity is written without the noughts that say nothing', () => {
  assert.deepEqual([1000, 1500, 125, 10_000_000, 10].map(plain), ['1', '1.5', '0.125', '10000', '0.01']);
});

test('the fee for coming, by the clock of the site', () => {
  for (const { terms, moments } of vectors.fees) {
    for (const { at, zone, fee } of moments) assert.equal(callOut(terms, Date.parse(at), zone)?.minor ?? 0, fee, `${at} ${zone}`);
  }
});

test('lines, sums and digests of charges', () => {
  for (const { lines, cost, due, digest: known, ...charge } of vectors.charges) {
    const made = lines.map((/** @type {any} */ [part, item, milli, minor]) => ({ part, item, milli, minor, amount: amountOf(milli, minor) }));
    assert.deepEqual(made.map((/** @type {any} */ line) => line.amount), lines.map((/** @type {any} */ line) => line[4]));
    const whole = { ...charge, lines: made };
    assert.deepEqual([costOf(whole), dueOf(whole), digest(whole)], [cost, due, known]);
  }
});

test('amounts are written alike', () => {
  for (const [minor, currency, words] of vectors.money) assert.equal(money(minor, currency), words);
});
