/** How long a page waits for the network before its kept copy is shown. Pure: the time is given. */

export const PATIENCE_MS = 3_000;
export const LAST_PATIENCE_MS = 20_000;
const BRIEF_MS = 500;
const REMEMBERED_MS = 60_000;

/** Where the phone is connected and nothing comes through, only the first page waits: the next ones of that minute ask the network, but no longer wait for it. */
export class Patience {
  #silentAt = -Infinity;

  /** @param {boolean} hasCopy @param {number} now @returns {number} ms; without a copy there is nothing better to show than what may still come */
  ms(hasCopy, now) {
    if (!hasCopy) return LAST_PATIENCE_MS;
    return now - this.#silentAt < REMEMBERED_MS ? BRIEF_MS : PATIENCE_MS;
  }

  /** The network said nothing for as long as we waited. @param {number} now */
  silent(now) {
    // Brief waiting proves nothing: it must not prolong itself.
    if (now - this.#silentAt >= REMEMBERED_MS) this.#silentAt = now;
  }

  /** Something came, however late. */
  answered() {
    this.#silentAt = -Infinity;
  }
}
