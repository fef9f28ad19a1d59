// Which checklists a place offers: its site's, for its points, what is due in these hours first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowed, wantsPhoto } from '../../static/js/inspect/rules.js';
import { keepOffAt, offersAt } from '../../static/js/inspect/offers.js';

const list = (/** @type {string} */ id, more = {}) => ({ id, plan: null, name: id, site: 'garden', points: null, due: [], from: null, until: null, ...more });
const pack = /** @type {any} */ ({ checkpoints: { gate: { site: 'garden' }, far: { site: 'river' } }, lists: [
  list('free'), list('planned', { plan: 'p1', points: ['gate', 'roof'], due: ['gate'], from: '09:00', until: '17:00' }), list('roof', { points: ['roof'] }),
] });
const at = (/** @type {number} */ hour) => new Date(2026, 10, 23, hour);

test('what is due comes first, with where and by which plan', () => {
  const found = offersAt(pack, 'gate', at(10));
  assert.deepEqual(found.map(({ list: { id }, due }) => [id, due]), [['planned', true], ['free', false]]);
  assert.equal(found[0].address, '/inspect/planned?at=gate&plan=p1');
});

test('long before its hours it is offered, but not due; another site and an unknown place offer nothing', () => {
  assert.deepEqual(offersAt(pack, 'gate', at(7)).map(({ due }) => due), [false, false]);
  assert.deepEqual(offersAt(pack, 'far', at(10)), []);
  assert.deepEqual(offersAt(pack, null, at(10)), []);
  assert.deepEqual(offersAt(null, 'gate', at(10)), []);
});

test('a re-inspection asks what failed; a photo is wanted where it fails', () => {
  const question = (/** @type {string} */ id, more = {}) => /** @type {any} */ ({ id, kind: 'pass', text: id, good: [], choices: [], photo: 'never', when: null, ...more });
  const content = { pass_score: 90, sections: [{ name: 'A', name_en: '', questions: [question('a'), question('b', { when: { question: 'a', equals: ['fail'] } })] }, { name: 'B', name_en: '', questions: [question('c')] }] };
  assert.deepEqual(narrowed(content, ['b']).sections.map(({ questions }) => questions.map(({ id, when }) => [id, when])), [[['b', null]]]);
  assert.equal(narrowed(content, ['gone']), content);
  assert.equal(wantsPhoto(question('a', { photo: 'fail' }), { value: 'fail' }), true);
  assert.equal(wantsPhoto(question('a', { photo: 'fail' }), { value: 'fail', photos: [''] }), false);
  assert.equal(wantsPhoto(question('a', { photo: 'fail' }), { value: 'pass' }), false);
  assert.equal(wantsPhoto(question('a', { photo: 'always' }), undefined), true);
});

test('who comes after a treatment is told as long as its interval lasts', () => {
  const pack = /** @type {any} */ ({ checkpoints: { a: { site: 's', keep_off: { until: '2026-11-25T08:00:00Z', what: 'matrine' } }, b: { site: 's' } } });
  assert.equal(keepOffAt(pack, 'a', new Date('2026-11-25T07:59:00Z'))?.what, 'matrine');
  assert.equal(keepOffAt(pack, 'a', new Date('2026-11-25T08:00:00Z')), null);
  assert.equal(keepOffAt(pack, 'b', new Date('2026-11-24T08:00:00Z')), null);
  assert.equal(keepOffAt(null, 'a', new Date('2026-11-24T08:00:00Z')), null);
});
