// The phone judges answers as the server does: tests/js/vectors/inspections.json is written from the server's rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { allNormal, asked, judge } from '../../static/js/inspect/rules.js';

const vectors = JSON.parse(readFileSync(new URL('./vectors/inspections.json', import.meta.url), 'utf8'));

test('the same questions are asked, and the same answers found wanting', () => {
  for (const { content, answers, asked: ids, normal, verdict } of vectors) {
    assert.deepEqual(asked(content, answers).map(({ id }) => id), ids);
    assert.deepEqual(judge(content, answers), verdict);
    assert.deepEqual(allNormal(content), normal);
  }
});

test('all normal comes to a hundred where nothing else is asked', () => {
  for (const { content } of vectors) {
    const verdict = judge(content, allNormal(content));
    assert.ok(verdict.score === null || verdict.score === 100 || verdict.findings.length === 0);
    assert.deepEqual(verdict.findings, []);
  }
});
