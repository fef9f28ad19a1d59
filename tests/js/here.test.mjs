// What carries a label: by the pack, with what this phone has said since.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysUntil, hereAt, statusesSaid } from '../../static/js/equipment/here.js';

const machine = { id: 'm1', number: 'DT-1', name: 'Lift', status: 'running', due: [] };
const pack = /** @type {any} */ ({ made_at: '2026-11-23T12:00:00Z', here: { gate: { machines: [machine], meters: [{ id: 'w1' }] } } });
const said = (/** @type {number} */ seq, /** @type {string} */ status, more = {}) => /** @type {any} */ ({
  kind: 'equipment-status', seq, payload: JSON.stringify({ body: { equipment: 'm1', status } }), receipt: null, ...more,
});

test('a label has what the pack says; an unknown one, and an old pack, have nothing', () => {
  assert.deepEqual(hereAt(pack, 'gate').machines, [machine]);
  assert.equal(hereAt(pack, 'gate').meters.length, 1);
  for (const [kept, at] of /** @type {[any, any][]} */ ([[pack, 'roof'], [pack, null], [null, 'gate'], [{}, 'gate']])) assert.deepEqual(hereAt(kept, at), { machines: [], meters: [] });
});

test('the last word of this phone holds, in the order in which it was said', () => {
  const fares = statusesSaid(pack, [said(2, 'repair'), said(1, 'fault')]);
  assert.equal(hereAt(pack, 'gate', fares).machines[0].status, 'repair');
  assert.equal(machine.status, 'running');
});

test('what the pack counts already, what is held, and other records say nothing', () => {
  const counted = { receipt: { status: 'accepted', received_at: '2026-11-23T11:59:00Z' } };
  const held = { receipt: { status: 'held', received_at: '2026-11-23T12:30:00Z' } };
  assert.equal(statusesSaid(pack, [said(1, 'fault', counted), said(2, 'fault', held), said(3, 'fault', { kind: 'note' }), said(4, 'fault', { payload: null })]).size, 0);
  assert.equal(statusesSaid(pack, [said(1, 'fault', { receipt: { status: 'accepted', received_at: '2026-11-23T12:30:00Z' } })]).size, 1);
});

test('days are counted by the calendar, over the change of clocks too', () => {
  assert.equal(daysUntil('2026-11-24', new Date(2026, 10, 23, 23, 59)), 1);
  assert.equal(daysUntil('2026-11-22', new Date(2026, 10, 23, 0, 1)), -1);
  assert.equal(daysUntil('2026-03-30', new Date(2026, 2, 28, 12)), 2);
});
