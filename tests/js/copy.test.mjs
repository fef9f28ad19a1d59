// The seal of a saved copy: HMAC-SHA256 as the server makes it, whatever the length of key and message.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hmac } from '../../static/js/outbox/copy.js';

test('a vector of RFC 4231', () => {
  assert.equal(hmac('Jefe', 'what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
});

test('as Python makes it', () => {
  /** @type {[string, number, string][]} */
  const made = [
    ['', 0, 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'],
    ['k'.repeat(1), 1, 'a985f52c35acded453e43c8654ff9f2abd95a862fd7e9fe2231a36937f4b6f57'],
    ['k'.repeat(64), 55, '31bf2d914068d37b0ee012c299b8286b4cd5ac5870e2d1e01224ee00cb980ef8'],
    ['k'.repeat(65), 64, '05277f9bdc25fcd64bc9f61854bf870e5dc625aa34ad6990436837ba97f735b0'],
    ['票据'.repeat(60), 4000, 'f03e458d0e914192c51696d9e89c02832bc27d56d5f73c33087c58277aefb5e2'],
  ];
  for (const [key, times, seal] of made) assert.equal(hmac(key, '记录 7\n'.repeat(times)), seal);
});
