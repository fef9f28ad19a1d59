// Chance from a seed: the same seed makes the same choices.

/** @param {number} seed mulberry32 @returns {() => number} from 0 up to, not with, 1 */
export function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Dice {
  /** @param {number} seed */
  constructor(seed) { this.random = chance(seed); }
  /** @param {number} share of 1 */
  maybe(share) { return this.random() < share; }
  /** @template T @param {readonly T[]} all @returns {T} */
  pick(all) { return all[Math.floor(this.random() * all.length)]; }
  /** @param {number} low @param {number} high whole numbers, both possible */
  between(low, high) { return low + Math.floor(this.random() * (high - low + 1)); }
  /** @template T @param {readonly T[]} all @param {number} share @returns {T[]} about that share of them */
  some(all, share) { return all.filter(() => this.maybe(share)); }
}
