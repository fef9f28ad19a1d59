// The wire to server.py: one line out, one line back.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stage } from './stage.mjs';

/** @typedef {{id: string, sha256: string, status: string, reason: string | null, waits_for: string | null, seq: number | null, device: string,
 *   person: string, effects: number, shown: boolean}} Row */
/** @typedef {{epoch: string, records: Row[], stray_effects: number, copies: [string, string][], photos: string[]}} Rows */
/** @typedef {{now: number, people: string[], devices: string[], tickets: any[], codes: string[], round: string, pictures: string[]}} Hello */

export class Server {
  /** @param {string} python @param {string} mutant */
  constructor(python, mutant) {
    this.process = spawn(python, ['-m', 'tests.simulate.server', ...(mutant ? [mutant] : [])], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.process.stdout });
    /** @type {((line: string) => void)[]} */ this.waiting = [];
    lines.on('line', (/** @type {string} */ line) => this.waiting.shift()?.(line));
    lines.on('close', () => { for (const each of this.waiting) each('{"gone": true}'); });
  }

  /** @returns {Promise<any>} */
  async #line() {
    const said = JSON.parse(await new Promise((resolve) => { this.waiting.push(resolve); }));
    if (said.gone) throw new Error('the server process is gone');
    return said;
  }

  /** @returns {Promise<Hello>} what there is in its community */
  hello() { return this.#line(); }

  /** @param {string} what @param {Record<string, unknown>} [more] @returns {Promise<any>} */
  ask(what, more = {}) {
    const said = this.#line().finally(() => { stage.outside = null; stage.moves += 1; });
    stage.outside = said.catch(() => {});
    this.process.stdin.write(`${JSON.stringify({ do: what, now: stage.now, ...more })}\n`);
    return said;
  }

  close() { this.process.stdin.end(); }
}
