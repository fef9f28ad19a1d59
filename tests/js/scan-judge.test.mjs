import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCharacters, digest8 } from '../../static/js/scan/code.js';
import { judge } from '../../static/js/scan/judge.js';

const SALT = 'c0ffee';
/** @param {string} eight */
const code = (eight) => eight + checkCharacters(eight);
const [GATE, PUMP, LIFT, OLD_GATE, FOREIGN] = ['000000GA', '000000PP', '000000FT', '0000001D', '000000ZZ'].map(code);
/** @param {string} clock */
const at = (clock) => Date.parse(`2026-11-23T${clock}:00Z`);
/** @param {string} clock */
const iso = (clock) => `2026-11-23T${clock}:00Z`;

/** @param {string} checkpoint @param {number} order @param {object} [more] */
const point = (checkpoint, order, more = {}) =>
  ({ checkpoint, order, order_fixed: false, not_before: null, due_until: iso('22:30'), min_interval_s: 600, scanned_at: null, questions: [], ...more });
/** @param {string} id @param {object} [more] */
const round = (id, more = {}) => ({
  id, name: id, site: 'jinxiu', starts_at: iso('22:00'), early_from: iso('21:45'), due_until: iso('22:45'), closes_at: iso('23:00'), state: 'open',
  points: [point('gate', 1), point('pump', 2), point('lift', 3)], ...more,
});
/** @param {...object} rounds @returns {any} */
const pack = (...rounds) => ({
  salt: SALT, rounds,
  labels: {
    [digest8(SALT, GATE)]: { checkpoint: 'gate', version: 2, current: true },
    [digest8(SALT, OLD_GATE)]: { checkpoint: 'gate', version: 1, current: false },
    [digest8(SALT, PUMP)]: { checkpoint: 'pump', version: 1, current: true },
    [digest8(SALT, LIFT)]: { checkpoint: 'lift', version: 1, current: true },
  },
  checkpoints: Object.fromEntries(['gate', 'pump', 'lift'].map((name) => [name, { name, instructions: `to the ${name}` }])),
});

test('on time, late, missed, early: by the point and its round', () => {
  const one = pack(round('R1'));
  const state = (/** @type {string} */ clock) => judge(one, GATE, { at: at(clock), active: 'R1' }).state;
  assert.equal(state('21:44'), 'early');
  assert.equal(state('21:45'), 'on_time');
  assert.equal(state('22:30'), 'on_time');
  assert.equal(state('22:31'), 'late');
  assert.equal(state('23:00'), 'late');
  assert.equal(state('23:01'), 'missed');
});

test("a point's own 'not before' makes it early inside its round", () => {
  const one = pack(round('R1', { points: [point('gate', 1, { not_before: iso('22:10') })] }));
  assert.equal(judge(one, GATE, { at: at('22:05') }).state, 'early');
  assert.equal(judge(one, GATE, { at: at('22:10') }).state, 'on_time');
});

test('the round being walked wins over another that is due sooner', () => {
  const soon = round('R0', { points: [point('gate', 1, { due_until: iso('22:15') })] });
  assert.equal(judge(pack(soon, round('R1')), GATE, { at: at('22:05'), active: 'R1' }).round?.id, 'R1');
  assert.equal(judge(pack(round('R1'), soon), GATE, { at: at('22:05') }).round?.id, 'R0');
});

test('a walked round without this point leaves the scan to another that waits for it', () => {
  const other = round('R2', { points: [point('lift', 1)] });
  assert.equal(judge(pack(other, round('R1')), GATE, { at: at('22:05'), active: 'R2' }).round?.id, 'R1');
});

test('without a round being walked, the one that has the point already is passed over', () => {
  const scans = [{ checkpoint: 'gate', round: 'R1', at: at('22:00') }];
  const later = round('R2', { points: [point('gate', 1, { due_until: iso('22:50') })] });
  const verdict = judge(pack(round('R1'), later), GATE, { at: at('22:20'), scans });
  assert.deepEqual([verdict.round?.id, verdict.state], ['R2', 'on_time']);
});

test('a second look within the lock is a repeat and does not use up the next round', () => {
  const scans = [{ checkpoint: 'gate', round: 'R1', at: at('22:00') }];
  const verdict = judge(pack(round('R0', { due_until: iso('22:59') }), round('R1')), GATE, { at: at('22:09'), scans });
  assert.deepEqual([verdict.round?.id, verdict.state], ['R1', 'repeat']);
});

test('a point the office knows of, or this phone scanned, is a repeat', () => {
  const known = pack(round('R1', { points: [point('gate', 1, { scanned_at: iso('21:50') }), point('pump', 2)] }));
  assert.equal(judge(known, GATE, { at: at('22:20') }).state, 'repeat');
  assert.equal(judge(pack(round('R1')), GATE, { at: at('22:20'), active: 'R1', scans: [{ checkpoint: 'gate', round: 'R1', at: at('22:00') }] }).state, 'repeat');
});

test('a scan outside any round does not lock the point', () => {
  const scans = [{ checkpoint: 'gate', round: null, at: at('21:44') }];
  assert.equal(judge(pack(round('R1')), GATE, { at: at('21:46'), scans }).state, 'on_time');
});

test('no open round: outside, with the checkpoint named', () => {
  for (const verdict of [
    judge(pack(round('R1')), GATE, { at: at('20:00') }),
    judge(pack(round('R1')), GATE, { at: at('23:30') }),
    judge(pack(round('R1', { state: 'ended' })), GATE, { at: at('22:00') }),
    judge(pack(), GATE, { at: at('22:00') }),
  ]) assert.deepEqual([verdict.state, verdict.round, verdict.checkpoint?.name], ['outside', null, 'gate']);
});

test('label: current, superseded, unknown', () => {
  const one = pack(round('R1'));
  assert.equal(judge(one, GATE, { at: at('22:00') }).label, 'current');
  const old = judge(one, OLD_GATE, { at: at('22:00') });
  assert.deepEqual([old.label, old.state, old.checkpointId], ['superseded', 'on_time', 'gate']);
  const foreign = judge(one, FOREIGN, { at: at('22:00'), active: 'R1' });
  assert.deepEqual([foreign.label, foreign.state, foreign.checkpoint, foreign.round], ['unknown', null, null, null]);
  assert.equal(judge(null, GATE, { at: at('22:00') }).label, 'unknown');
});

test('next: onward in the order, then back to what was left out, then none', () => {
  const one = pack(round('R1'));
  const next = (/** @type {string} */ it, /** @type {string[]} */ ...had) => {
    const verdict = judge(one, it, { at: at('22:00'), active: 'R1', scans: had.map((checkpoint) => ({ checkpoint, round: 'R1', at: at('21:50') })) });
    return [verdict.next?.name ?? null, verdict.done];
  };
  assert.deepEqual(next(GATE), ['pump', 1]);
  assert.deepEqual(next(PUMP), ['lift', 1]);
  assert.deepEqual(next(LIFT), ['gate', 1]);
  assert.deepEqual(next(PUMP, 'gate'), ['lift', 2]);
  assert.deepEqual(next(LIFT, 'gate', 'pump'), [null, 3]);
});
