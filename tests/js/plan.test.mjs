// Where a point lies on a picture: arrow keys, pointers, and the picture's edges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDrag, isOver, moved, spotAt } from '../../static/js/plan/rules.js';

const box = { left: 100, top: 50, width: 400, height: 200 };

test('arrow keys move by one per cent, with Shift by five, never over the edge', () => {
  assert.deepEqual(moved({ x: 10, y: 10 }, 'ArrowRight', false), { x: 11, y: 10 });
  assert.deepEqual(moved({ x: 10, y: 10 }, 'ArrowUp', true), { x: 10, y: 5 });
  assert.deepEqual(moved({ x: 0.5, y: 98 }, 'ArrowLeft', false), { x: 0, y: 98 });
  assert.deepEqual(moved({ x: 0.5, y: 98 }, 'ArrowDown', true), { x: 0.5, y: 100 });
  assert.deepEqual(moved({ x: 33.33, y: 0.1 }, 'ArrowLeft', false), { x: 32.33, y: 0.1 });
  assert.equal(moved({ x: 10, y: 10 }, 'Tab', false), null);
});

test('a pointer is where it is on the picture, and at its edge when it is outside', () => {
  assert.deepEqual(spotAt(box, 200, 100), { x: 25, y: 25 });
  assert.deepEqual(spotAt(box, 233, 150), { x: 33.25, y: 50 });
  assert.deepEqual(spotAt(box, 0, 900), { x: 0, y: 100 });
  assert.equal(isOver(box, 100, 50), true);
  assert.equal(isOver(box, 99, 50), false);
  assert.equal(isOver(box, 300, 251), false);
});

test('a trembling finger taps', () => {
  assert.equal(isDrag(3, 3), false);
  assert.equal(isDrag(5, 0), true);
});
