// What holds for all scripts: promises that a single careless line could break.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readdirSync, readFileSync } from 'node:fs';
import en from '../../static/js/words/en.js';
import zh from '../../static/js/words/zh_CN.js';

const root = new URL('../../static/js/', import.meta.url);
const scripts = readdirSync(root, { recursive: true }).map(String).filter((name) => name.endsWith('.js'));
const source = (/** @type {string} */ name) => readFileSync(new URL(name, root), 'utf8');

test('nothing deletes a database: the outbox outlives sign-outs, updates and full phones', () => {
  for (const name of scripts) assert.equal(/deleteDatabase|deleteDB|Clear-Site-Data/.test(source(name)), false, name);
});

test('both languages have the same words (Chinese has no separate plural)', () => {
  const plain = (/** @type {Record<string, string>} */ words) => Object.keys(words).filter((key) => !key.endsWith('.one')).sort();
  assert.deepEqual(plain(zh), plain(en));
  for (const key of Object.keys(en).filter((each) => each.endsWith('.one'))) assert.ok(key.replace(/one$/, 'other') in zh, key);
});

test('the same places are filled in both languages', () => {
  const places = (/** @type {string} */ text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, text] of Object.entries(zh)) assert.deepEqual(places(text), places(en[key]), key);
});

test('every word a script asks for by name exists', () => {
  for (const name of scripts.filter((each) => !each.startsWith('words'))) {
    for (const [, key] of source(name).matchAll(/\bt\('([\w.-]+)'/g)) assert.ok(key in en || `${key}.other` in en, `${name}: ${key}`);
  }
});

test('only the worker of a new version takes over, and only when asked', () => {
  assert.equal(source('sw.js').match(/skipWaiting\(\)/g)?.length, 1);
  assert.match(source('sw.js'), /data\?\.do === 'activate'\) worker\.skipWaiting/);
});
