import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checkCharacters, digest8, grouped, normalise, parseLabel } from '../../static/js/scan/code.js';

/** @param {string} eight */
const withCheck = (eight) => eight + checkCharacters(eight);
const CODE = withCheck('7KQ2M4XP');

test('check characters are the value modulo 1021 as two digits of base 32', () => {
  assert.equal(checkCharacters('00000000'), '00');
  assert.equal(checkCharacters('00000001'), '01');
  assert.equal(checkCharacters('0000000Z'), '0Z');
  assert.equal(checkCharacters('0000010Z'), '12'); // 32² + 31 = 1055 = 1021 + 34
  assert.equal(checkCharacters('ZZZZZZZZ'), checkOf('ZZZZZZZZ'));
});

test('a code copied from a wall is forgiven case, spaces, dashes, and letters that look like digits', () => {
  const code = withCheck('10O00000'.replaceAll('O', '0'));
  for (const typed of [code, code.toLowerCase(), grouped(code), ` ${code.slice(0, 5)} ${code.slice(5)} `, `${code.slice(0, 4)}—${code.slice(4)}`]) {
    assert.equal(normalise(typed), code, typed);
  }
  assert.equal(normalise(`l${code.slice(1)}`), code);
  assert.equal(normalise(`I${code.slice(1)}`), code);
  assert.equal(normalise(code.replace('0', 'o')), code);
});

test('one wrong character, or two exchanged, is noticed', () => {
  for (let i = 0; i < CODE.length; i += 1) {
    for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
      if (other !== CODE[i]) assert.equal(normalise(CODE.slice(0, i) + other + CODE.slice(i + 1)), null);
    }
  }
  for (let i = 0; i + 1 < CODE.length; i += 1) {
    const exchanged = CODE.slice(0, i) + CODE[i + 1] + CODE[i] + CODE.slice(i + 2);
    if (exchanged !== CODE) assert.equal(normalise(exchanged), null, exchanged);
  }
});

test('our address is ours on any host, in any case; anything else is not', () => {
  for (const text of [`HTTPS://ROUNDS.EXAMPLE/C/${CODE}`, `https://old-name.example:8443/c/${CODE.toLowerCase()}`, `http://192.168.1.7:8000/c/${CODE}`, CODE, `${grouped(CODE)}\n`]) {
    assert.equal(parseLabel(text), CODE, text);
  }
  for (const text of ['', 'https://example.com/', `https://example.com/x/${CODE}`, `https://example.com/c/${CODE}/more`, `ftp://example.com/c/${CODE}`,
    `https://example.com/c/${CODE.slice(0, 9)}0${CODE.slice(9)}`, `https://example.com/c/7KQ2M4XP00`, 'WIFI:S:guest;T:WPA;P:12345678;;', '1234567890', '0'.repeat(11)]) {
    assert.equal(parseLabel(text), null, text);
  }
});

test('codes print in two groups of five', () => assert.equal(grouped('7KQ2M4XPC9'), '7KQ2M-4XPC9'));

test('the digest is the first 8 hex digits of SHA-256 over salt and code', () => {
  assert.equal(digest8('5a17', CODE), createHash('sha256').update(`5a17${CODE}`).digest('hex').slice(0, 8));
});

/** The same rule, worked out another way. @param {string} eight */
function checkOf(eight) {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const value = [...eight].reduce((sum, c) => sum * 32n + BigInt(alphabet.indexOf(c)), 0n) % 1021n;
  return alphabet[Number(value / 32n)] + alphabet[Number(value % 32n)];
}
