// The phone works out steps and charges as the server does: tests/js/vectors/work.json is written from the server's rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { BadQuantity, amountOf, callOut, costOf, digest, dueOf, money, plain, quantityOf } from '../../static/js/work/charge.js';
import { Account } from '../../static/js/work/account.js';
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

// What the outbox says of a step, as far as an account asks.
const step = (/** @type {string} */ verb, /** @type {number} */ savedAt, body = {}, more = {}) =>
  ({ verb, body: { order: 'o', verb, ...body }, item: /** @type {any} */ ({ id: `${verb}-${savedAt}`, savedAt, state: 'saved', photos: [], receipt: null, ...more }) });
const facts = {
  order: 'o', payer: 'resident', waived: '', zone: 'Asia/Shanghai', raisedAt: '2026-11-23T01:00:00Z', onSiteAt: null, currency: 'CNY',
  items: [{ item: 'tap', part: 'material', unit: 'piece', name: '水龙头', name_en: 'Tap', minor: 900 }], used: { tap: '1' }, signed: [],
  terms: [{ from_at: '2026-01-01T00:00:00Z', currency: 'CNY', day: 2000, night: 5000, holiday: 0, night_from: '22:00', night_until: '06:00', holidays: [] }],
};
const accountOf = (/** @type {any[]} */ steps, dataset = {}) => {
  const account = new Account(/** @type {any} */ ({ dataset: { order: 'o', orderState: 'assigned', orderMine: '', steps: '', ...dataset } }), facts);
  account.know(steps);
  return account;
};

test('an account is what the page says, until this phone says more', () => {
  const before = accountOf([]);
  assert.deepEqual(before.charge().lines, [{ part: 'material', item: 'tap', milli: 1000, minor: 900, amount: 900 }]);
  const at = Date.parse('2026-11-23T15:00:00Z'); // 23:00 there
  const after = accountOf([step('on_site', at), step('use', at + 1, { lines: [{ item: 'tap', quantity: '2', minor: 850 }] }), step('finish', at + 2)]);
  assert.deepEqual(after.charge().lines.map(({ part, amount }) => [part, amount]), [['material', 1700], ['call_out', 5000]]);
  assert.equal(after.priceOf('tap'), 850);
  assert.equal(after.state, 'finished');
  assert.deepEqual(after.shown(after.charge()).lines[0], { part: 'material', item: 'tap', name: '水龙头', name_en: 'Tap', unit: 'piece', quantity: '2', minor: 850, amount: 1700 });
});

test('what the server counts already, and what the office holds back, does not count again', () => {
  const use = step('use', 1, { lines: [] });
  assert.equal(accountOf([use], { steps: use.item.id }).charge().lines.length, 1);
  const held = step('use', 1, { lines: [] }, { state: 'accepted', receipt: { status: 'held' } });
  assert.equal(accountOf([held]).charge().lines.length, 1);
  assert.equal(accountOf([use]).charge().lines.length, 0);
});
