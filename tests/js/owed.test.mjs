// What a full phone could not write down goes with the next write: turn.js, together().
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { together } from '../../static/js/outbox/turn.js';

const news = (/** @type {any[]} */ ...changes) => ({ changes, refuse: [], epoch: null });

test('the later word on a field wins, and the earlier word on another stays', () => {
  const first = news({ id: 'a', patch: { state: 'accepted', receipt: { epoch: '1' } } }, { id: 'b', patch: { tries: 1 } });
  const { changes } = together(first, news({ id: 'a', patch: { photos: [{ done: true }] } }));
  assert.deepEqual(changes, [
    { id: 'a', patch: { state: 'accepted', receipt: { epoch: '1' }, photos: [{ done: true }] }, reoffer: false },
    { id: 'b', patch: { tries: 1 } },
  ]);
});

test('what is offered anew keeps the pictures that were to make room', () => {
  const first = news({ id: 'a', patch: { photoIds: [] } });
  const { changes } = together(first, news({ id: 'a', patch: { state: 'saved', photos: [{ done: false }] }, reoffer: true }));
  assert.deepEqual(changes, [{ id: 'a', patch: { state: 'saved', photos: [{ done: false }] }, reoffer: true }]);
});

test('what was offered anew may go back, whatever was learned since', () => {
  const first = news({ id: 'a', patch: { state: 'saved' }, reoffer: true });
  const [change] = together(first, news({ id: 'a', patch: { state: 'sending' } })).changes;
  assert.deepEqual(change, { id: 'a', patch: { state: 'sending' }, reoffer: true });
});

test('pictures count under the receipt they were learned beside, the last word on them', () => {
  const first = news({ id: 'a', patch: { photos: [{ done: true }] }, under: '1' });
  const anew = news({ id: 'a', patch: { state: 'saved', photos: [{ done: false }] }, reoffer: true });
  assert.equal(together(first, anew).changes[0].under, undefined);
  assert.equal(together(first, news({ id: 'a', patch: { photoIds: [] } })).changes[0].under, '1');
});

test('the last epoch counts, and each refused ticket once', () => {
  const { refuse, epoch } = together({ changes: [], refuse: ['x', 'y'], epoch: '1' }, { changes: [], refuse: ['y', 'z'], epoch: null });
  assert.deepEqual([refuse, epoch], [['x', 'y', 'z'], '1']);
});
