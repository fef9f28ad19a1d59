// Plays schedules, one after the other, against one server process: node tests/simulate/play.mjs '{"seeds": […] | "first": 1, "count": 300, …}'
// Writes one line of JSON about each hundred, and about each violation. TRACE=1 tells of every action and call.
import { register } from 'node:module';
import { realTime } from './stage.mjs';

const { python = 'python3', mutant = '', seeds, first = 1, count = 0, stopAtFirst = false } = JSON.parse(process.argv[2]);
register('./hooks.mjs', { parentURL: import.meta.url, data: { mutant } });
const outbox = {
  makeCourier: (await import('../../static/js/outbox/send.js')).makeCourier,
  queue: await import('../../static/js/outbox/queue.js'),
  store: await import('../../static/js/outbox/store.js'),
};
const { Server } = await import('./server.mjs');
const { Schedule } = await import('./schedule.mjs');
const { Violation } = await import('./invariants.mjs');

/** @type {Record<string, number>} */ let sums = {};
const add = (/** @type {Record<string, number>} */ more) => { for (const [name, n] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + n; };
const say = (/** @type {unknown} */ value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const quiet = console.error;
console.error = (/** @type {unknown[]} */ ...words) => { if (words[0] !== 'outbox') quiet(...words); };   // a courier whose store failed says so

/** @param {any} schedule */
function trace(schedule) {
  for (const name of ['work', 'signIn', 'poke', 'jump', 'backup', 'restore', 'block', 'mend']) {
    const own = schedule[name].bind(schedule);
    schedule[name] = async (/** @type {any[]} */ ...given) => { quiet('>', name); const done = await own(...given); quiet('<', name); return done; };
  }
  const ask = Server.prototype.ask.bind(server);
  server.ask = async (what, more) => { quiet('  ask', what, more?.path ?? ''); const said = await ask(what, more); quiet('  said', said?.status ?? ''); return said; };
}

const server = new Server(python, mutant.startsWith('server-') ? mutant : '');
const hello = await server.hello();
const wanted = seeds ?? Array.from({ length: count }, (_, n) => first + n);
let begun = realTime();
for (const [n, seed] of wanted.entries()) {
  const schedule = new Schedule(seed, server, hello, outbox);
  if (process.env.TRACE) trace(schedule);
  try {
    await schedule.play();
  } catch (error) {
    const { message, stack } = /** @type {Error} */ (error);
    say({ seed, kind: error instanceof Violation ? error.kind : 'error', message, stack: error instanceof Violation ? undefined : stack });
    if (process.env.TRACE) for (const phone of schedule.phones) for (const item of phone.records().values()) quiet(phone.device, item);
    if (stopAtFirst) break;
  }
  add({ schedules: 1, ...schedule.counts, ...schedule.network.counts });
  for (const { faults } of schedule.phones) add(faults.counts);
  if (n % 100 === 99 || n === wanted.length - 1) { say({ sums: { ...sums, seconds: (realTime() - begun) / 1000 } }); sums = {}; begun = realTime(); }
}
server.close();
