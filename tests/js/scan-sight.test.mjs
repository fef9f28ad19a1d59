import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sightings } from '../../static/js/scan/loop.js';
import { aimIn, zoomSteps } from '../../static/js/scan/viewfinder.js';
import { distance, placeWord, PositionWatch } from '../../static/js/scan/position.js';

test('a label that stays in the picture is told once', () => {
  const sightings = new Sightings();
  const told = Array.from({ length: 100 }, (_, i) => sightings.see('A', i * 100)).filter(Boolean);
  assert.equal(told.length, 1);
});

test('a few blurred frames are not a departure; three seconds are', () => {
  const sightings = new Sightings();
  assert.equal(sightings.see('A', 0), true);
  assert.equal(sightings.see('A', 2_900), false);
  assert.equal(sightings.see('A', 5_899), false);
  assert.equal(sightings.see('A', 8_899), true);
});

test('two labels side by side are two readings, not a stream', () => {
  const sightings = new Sightings();
  const told = Array.from({ length: 50 }, (_, i) => sightings.see(i % 2 ? 'A' : 'B', i * 80)).filter(Boolean);
  assert.equal(told.length, 2);
});

test('the latest code in view is the one whose picture is not taken again', () => {
  const sightings = new Sightings();
  assert.equal(sightings.latest(0), null);
  sightings.see('A', 0);
  sightings.see('B', 100);
  sightings.see('A', 200);
  assert.equal(sightings.latest(300), 'A');
  assert.equal(sightings.latest(3_200), null);
});

test('what could not be saved may be told again at once', () => {
  const sightings = new Sightings();
  sightings.see('A', 0);
  sightings.forget('A');
  assert.equal(sightings.see('A', 10), true);
});

const gate = { lat: 31.2304, lon: 121.4737, fence_m: 40 };
/** @param {number} north metres @param {number} accuracy_m */
const fix = (north, accuracy_m) => ({ lat: gate.lat + north / 111_195, lon: gate.lon, accuracy_m, at: '2026-11-23T14:00:00.000Z' });

test('distance on the ground', () => {
  assert.equal(Math.round(distance(gate, fix(500, 5))), 500);
  assert.equal(Math.round(distance({ lat: 0, lon: 0 }, { lat: 0, lon: 1 })), 111_195);
});

test('outside only when even the kindest reading of the fix is outside', () => {
  assert.equal(placeWord(fix(30, 10), gate).word, 'inside');
  assert.equal(placeWord(fix(49, 10), gate).word, 'inside');
  assert.equal(placeWord(fix(60, 10), gate).word, 'outside');
  assert.equal(placeWord(fix(60, 30), gate).word, 'inside');
  assert.equal(placeWord(fix(60, 60), gate).word, 'weak');
  assert.equal(placeWord(fix(600, 60), gate).word, 'outside');
  assert.equal(placeWord(null, gate).word, 'unknown');
  assert.equal(placeWord(fix(0, 10), { lat: null, lon: null }).word, 'unknown');
});

test('a fix older than a minute says nothing, and nobody waits for a new one', () => {
  const watch = new PositionWatch(undefined);
  assert.equal(watch.last(0), null);
  watch.fix = fix(0, 10);
  const at = Date.parse(watch.fix.at);
  assert.equal(watch.last(at + 60_000), watch.fix);
  assert.equal(watch.last(at + 60_001), null);
});

test('the frame on an upright phone lies above the middle of the picture', () => {
  const upright = { width: 1080, height: 1920 };
  const screen = { x: 0, y: 0, width: 390, height: 844 };
  const aim = aimIn(upright, screen, { x: 65, y: 108, width: 260, height: 260 });
  assert.ok(Math.abs(aim.x - 0.5) < 0.001);
  assert.ok(Math.abs(aim.y - 238 / 844) < 0.001);
});

test('a wide picture on an upright screen overflows sideways; before there is a picture, aim at its middle', () => {
  const screen = { x: 0, y: 0, width: 400, height: 800 };
  const aim = aimIn({ width: 1600, height: 800 }, screen, { x: 300, y: 300, width: 200, height: 200 });
  assert.deepEqual(aim, { x: 0.625, y: 0.5 });
  assert.deepEqual(aimIn({ width: 0, height: 0 }, screen, screen), { x: 0.5, y: 0.5 });
});

test('zoom goes in whole steps as far as the camera can', () => {
  assert.deepEqual(zoomSteps({ min: 1, max: 5, step: 0.1 }), [1, 2, 3]);
  assert.deepEqual(zoomSteps({ min: 0.5, max: 1.2, step: 0.1 }), [0.5, 1]);
});
