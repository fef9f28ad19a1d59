/**
 * SHA-256, written out because WebCrypto is asynchronous (an IndexedDB transaction does not wait for it) and missing
 * outside secure contexts (a phone trying the product over plain http on the local network). FIPS 180-4.
 */

const K = new Uint32Array(64);
const FIRST = new Uint32Array(8);
// The constants are the first 32 bits of the fractional parts of roots of the first primes.
for (let n = 2, found = 0; found < 64; n += 1) {
  if (isPrime(n)) {
    if (found < 8) FIRST[found] = fraction(n ** (1 / 2));
    K[found++] = fraction(n ** (1 / 3));
  }
}

/** @param {number} n */
function isPrime(n) {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return true;
}

/** @param {number} x */
function fraction(x) { return ((x - Math.floor(x)) * 2 ** 32) | 0; }

/** @param {ArrayBuffer | Uint8Array} data @returns {string} 64 hex digits */
export function sha256(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const hash = Uint32Array.from(FIRST);
  const words = new Uint32Array(64);
  const whole = bytes.length & ~63;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 64) block(hash, words, view, at);
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const end = new DataView(tail.buffer);
  end.setUint32(tail.length - 8, Math.floor(bytes.length / 2 ** 29));
  end.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  for (let at = 0; at < tail.length; at += 64) block(hash, words, end, at);
  return [...hash].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** @param {string} text @returns {string} of its UTF-8 bytes */
export const sha256Text = (text) => sha256(new TextEncoder().encode(text));

/** @param {Uint32Array} hash @param {Uint32Array} w @param {DataView} view @param {number} at */
function block(hash, w, view, at) {
  for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(at + i * 4);
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  hash[0] += a; hash[1] += b; hash[2] += c; hash[3] += d; hash[4] += e; hash[5] += f; hash[6] += g; hash[7] += h;
}
