// The numbers (A14, B4, …) are the scenarios of the failure catalogue in docs/promises.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnsent, wordOf, backoff } from '../../static/js/outbox/rules.js';
import { T0, World, item, receipts, reply, ticket, timeout } from './outbox.mjs';

const many = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => item(i + 1));
const DAY = 86_400_000;
const never = (/** @type {World} */ world) => assert.ok([...world.store.values()].every(({ payload }) => payload !== null), 'nothing may be deleted');

test('A2 a saved record goes out and is accepted by its receipt', () => {
  const world = new World(many(3)).run();
  assert.deepEqual(world.states(), ['accepted', 'accepted', 'accepted']);
  assert.equal(world.at(1).receipt?.receipt, 'K7Q-2F9');
  assert.equal(world.rested?.trouble, null);
});

test('the lease is written down before the call leaves', () => {
  const world = new World(many(1)).run();
  const kinds = world.log.map((effect) => effect.do);
  assert.deepEqual(kinds, ['ping', 'store', 'post', 'store', 'rest']);
  assert.equal(world.done('store')[0].changes[0].patch.state, 'sending');
});

test('B1 B3 a lost reply is sent again and the duplicate receipt counts', () => {
  const world = new World(many(2));
  world.post = () => timeout;
  world.run();
  assert.deepEqual(world.states(), ['saved', 'saved']);
  world.post = (_, sent) => receipts(sent, { 'id-0001': { status: 'duplicate' }, 'id-0002': { status: 'duplicate' } });
  world.wait(1000).run('online');
  assert.deepEqual(world.states(), ['accepted', 'accepted']);
  assert.equal(world.at(1).receipt?.status, 'duplicate');
});

test('B4 a captive portal that answers every ping with 200 and HTML moves nothing', () => {
  const world = new World(many(2));
  world.ping = () => reply(200, null);
  world.run();
  assert.deepEqual(world.states(), ['saved', 'saved']);
  assert.equal(world.done('post').length, 0);
  assert.equal(world.rested?.trouble, 'portal');
  assert.equal(world.at(1).tries, 0, 'a portal is not the record\'s fault');
});

test('B4 a portal that appears between ping and batch moves nothing either', () => {
  const world = new World(many(2));
  world.post = () => reply(200, null);
  world.run();
  assert.deepEqual(world.states(), ['saved', 'saved']);
  assert.equal(world.rested?.trouble, 'portal');
});

test('B5 a redirect (which fetch reports as an error) moves nothing', () => {
  const world = new World(many(1));
  world.post = () => ({ kind: 'none', why: 'network' });
  world.run();
  assert.deepEqual(world.states(), ['saved']);
});

for (const status of [429, 500, 502, 503, 504]) {
  test(`B6 ${status} keeps everything and backs off`, () => {
    const world = new World(many(3));
    world.post = () => reply(status);
    world.run();
    assert.deepEqual(world.states(), ['saved', 'saved', 'saved']);
    assert.equal(world.rested?.trouble, 'busy');
    assert.ok((world.rested?.at ?? 0) > world.now);
    const calls = world.log.length;
    const posts = world.done('post').length;
    world.wait(1000).run('timer');
    assert.equal(world.done('post').length, posts, 'not again before its time');
    assert.ok(world.log.length > calls);
  });
}

test('B6 Retry-After outlives a reset by opening the app, but not a tap', () => {
  const world = new World(many(1));
  world.post = () => reply(503, null, { retryAfter: 120_000 });
  world.run();
  world.post = (_, sent) => receipts(sent);
  world.wait(60_000).run('open');
  assert.deepEqual(world.states(), ['saved']);
  world.run('tap');
  assert.deepEqual(world.states(), ['accepted']);
});

for (const status of [400, 403, 404, 409, 410, 413, 422]) {
  test(`B7 ${status} for a single record: kept, needs attention`, () => {
    const world = new World(many(1));
    world.post = () => reply(status, { error: 'x', message: 'because' });
    world.run();
    assert.equal(world.at(1).state, 'attention');
    assert.equal(world.at(1).error?.code, status === 413 ? 'too-big' : 'refused');
    never(world);
  });
}

test('B8 only results with the same id and the same sha256 advance', () => {
  const world = new World(many(5));
  world.post = (_, sent) => receipts(sent.slice(0, 4), { 'id-0002': { sha256: 'f'.repeat(64) }, 'id-0003': { id: 'stranger' }, 'id-0004': { status: 'rejected' } });
  world.run();
  assert.deepEqual(world.states(), ['accepted', 'saved', 'saved', 'saved', 'saved']);
});

test('B8 a cut-off reply is no reply', () => {
  for (const json of [null, {}, { results: 'x', epoch: 'e1' }, { results: [] }, [], 'ok', { results: [null, 3], epoch: 'e1' }]) {
    const world = new World(many(2));
    world.post = () => reply(200, json);
    assert.deepEqual(world.run().states(), ['saved', 'saved']);
  }
});

test('damaged on the way: sent again; damaged on the phone: a person is told', () => {
  const world = new World([item(1), item(2, { payload: '{"broken":' })]);
  let first = true;
  world.post = (_, sent) => receipts(sent, first ? { 'id-0001': { status: 'damaged' } } : {});
  world.run();
  assert.equal(world.at(1).state, 'saved');
  assert.equal(world.at(2).state, 'attention');
  assert.equal(world.at(2).error?.code, 'broken');
  first = false;
  world.wait(60_000).run('timer');
  assert.equal(world.at(1).state, 'accepted');
});

test('held is received, and says that the office is checking', () => {
  const world = new World(many(1));
  world.post = (_, sent) => receipts(sent, { 'id-0001': { status: 'held', reason: 'unknown-code', message: '…' } });
  world.run();
  assert.equal(world.at(1).state, 'accepted');
  assert.equal(wordOf(world.at(1)), 'held');
});

test('B12 one poisoned record among twenty: nineteen arrive, it stands aside', () => {
  const world = new World(many(20));
  world.post = (_, sent) => (sent.some(({ seq }) => seq === 3) ? reply(400, { error: 'bad-call' }) : receipts(sent));
  world.run();
  assert.equal(world.states().filter((state) => state === 'accepted').length, 19);
  assert.equal(world.at(3).state, 'attention');
});

test('B12 a record the server chokes on (500) lets the others pass', () => {
  const world = new World(many(20));
  world.post = (_, sent) => (sent.some(({ seq }) => seq === 3) ? reply(500) : receipts(sent));
  world.run('open').wait(60_000).run('open');
  assert.equal(world.states().filter((state) => state === 'accepted').length, 19);
  assert.notEqual(world.at(3).state, 'accepted');
  never(world);
});

test('B13 records go in the order of seq, newer ones do not overtake', () => {
  const world = new World(many(50).reverse()).run();
  const order = world.done('post').flatMap(({ ids }) => ids);
  assert.deepEqual(order, [...order].sort());
});

test('a backlog of 500 needs one ping and seven calls', () => {
  const world = new World(many(500)).run();
  assert.equal(world.done('ping').length, 1);
  assert.deepEqual(world.done('post').map(({ ids }) => ids.length), [20, 40, 80, 100, 100, 100, 60]);
});

test('a batch stays below 256 kB, and one large record still goes alone', () => {
  const big = [item(1, { bytes: 200_000 }), item(2, { bytes: 100_000 }), item(3, { bytes: 900_000 }), item(4)];
  const world = new World(big).run();
  assert.deepEqual(world.done('post').map(({ ids }) => ids.length), [1, 1, 1, 1]);
  assert.ok(world.states().every((state) => state === 'accepted'));
});

test('E14 413 halves the batch at once and costs no record a try', () => {
  const world = new World(many(16));
  world.post = (_, sent) => (sent.length > 5 ? reply(413) : receipts(sent));
  world.run();
  assert.deepEqual(world.done('post').slice(0, 3).map(({ ids }) => ids.length), [16, 8, 4]);
  assert.ok([...world.store.values()].every(({ state, tries }) => state === 'accepted' && tries === 0));
});

test('a timeout halves the next batch', () => {
  const world = new World(many(16));
  world.post = (_, sent) => (sent.length > 4 ? timeout : receipts(sent));
  for (let i = 0; i < 4; i += 1) world.run('online').wait(1000);
  assert.ok(world.states().every((state) => state === 'accepted'));
});

test('B14 a stale ping with another nonce is not our server', () => {
  const world = new World(many(1));
  world.ping = () => reply(200, { nonce: 'yesterday', epoch: 'e1' });
  assert.deepEqual(world.run().states(), ['saved']);
});

test('B17 ninety days without signal cost no tries and raise no alarm', () => {
  const world = new World(many(2));
  world.ping = () => timeout;
  for (let day = 0; day < 90; day += 1) world.run('open').wait(DAY);
  assert.deepEqual(world.states(), ['saved', 'saved']);
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e1' });
  assert.deepEqual(world.run('open').states(), ['accepted', 'accepted']);
});

test('more than 50 tries, or more than a day of trying, needs a person; the next day it is tried again', () => {
  const world = new World([item(1, { tries: 50 }), item(2, { tries: 1, firstFailAt: T0 - DAY - 1 })]);
  world.post = () => reply(502);
  world.run();
  assert.deepEqual(world.states(), ['attention', 'attention']);
  world.post = (_, sent) => receipts(sent);
  world.wait(3_600_000).run('open');
  assert.deepEqual(world.states(), ['attention', 'attention']);
  world.wait(DAY).run('timer');
  assert.deepEqual(world.states(), ['accepted', 'accepted']);
});

test('an update of the app, or a tap, tries again what needed attention', () => {
  for (const [reason, updated] of /** @type {[string, boolean][]} */ ([['open', true], ['tap', false], ['sign-in', false]])) {
    const world = new World([item(1, { state: 'attention', error: { code: 'refused', text: null, at: T0 }, nextAt: T0 + DAY })]);
    assert.deepEqual(world.run(reason, { updated }).states(), ['accepted'], reason);
  }
});

test('G1 401 asks for a sign-in, keeps all, and a new ticket sends them', () => {
  const world = new World(many(3));
  world.post = () => reply(401, { error: 'ticket' });
  world.run();
  assert.ok([...world.store.values()].every((each) => each.state === 'attention' && each.error?.code === 'sign-in'));
  assert.equal(world.rested?.trouble, 'sign-in');
  const calls = world.done('post').length;
  world.wait(DAY * 2).run('open');
  assert.equal(world.done('post').length, calls, 'no use to ask again with the same ticket');
  world.tickets = [{ ...ticket('ana'), gotAt: world.now }];
  world.post = (_, sent) => receipts(sent);
  assert.deepEqual(world.run('sign-in').states(), ['accepted', 'accepted', 'accepted']);
});

test('G3 G4 each record leaves under its author\'s ticket; one refused ticket does not stop the other person', () => {
  const mixed = many(10).map((each) => ({ ...each, author: each.seq % 2 ? 'ana' : 'bo' }));
  const world = new World(mixed, [ticket('ana'), ticket('bo')]);
  world.post = ({ key }, sent) => {
    assert.ok(sent.every(({ author }) => key === `${author}/phone-1`), 'never under another name');
    return key.startsWith('ana') ? reply(401, { error: 'ticket' }) : receipts(sent);
  };
  world.run();
  for (const each of world.store.values()) assert.equal(each.state, each.author === 'bo' ? 'accepted' : 'attention');
});

test('a ping refused for its ticket is asked again without one, and the other person\'s records go out', () => {
  const world = new World([item(1), item(2, { author: 'bo' })], [ticket('ana'), ticket('bo')]);
  world.ping = ({ nonce, key }) => (key ? reply(401, { error: 'ticket' }) : reply(200, { nonce, epoch: 'e1' }));
  world.post = ({ key }, sent) => (key.startsWith('ana') ? reply(401, { error: 'ticket' }) : receipts(sent));
  world.run();
  assert.equal(world.done('ping').length, 2);
  assert.deepEqual(world.states(), ['attention', 'accepted']);
});

test('G3 without a ticket of its author a record waits, whoever else is signed in', () => {
  const world = new World([item(1, { author: 'cy' })], [ticket('ana')]).run();
  assert.equal(world.at(1).error?.code, 'sign-in');
  assert.equal(world.done('post').length, 0);
});

test('G1 a record goes under the ticket of its own device, and under the author\'s newer one when that is refused', () => {
  const world = new World([item(1, { device: 'old' })], [ticket('ana', 'old'), { ...ticket('ana', 'new'), gotAt: T0 + 1 }]);
  world.post = ({ key }, sent) => (key === 'ana/old' ? reply(401, { error: 'ticket' }) : receipts(sent));
  world.run();
  assert.deepEqual(world.done('post').map(({ key }) => key), ['ana/old', 'ana/new']);
  assert.equal(world.at(1).state, 'accepted');
});

test('C2 a lease of a dead courier ends by time, or at once when the lock proves it dead', () => {
  const left = () => item(1, { state: 'sending', lease: { by: 'other', until: T0 + 60_000 } });
  assert.deepEqual(new World([left()]).run('open', { sole: false }).states(), ['sending']);
  assert.deepEqual(new World([left()]).wait(60_001).run('open', { sole: false }).states(), ['accepted']);
  assert.deepEqual(new World([left()]).run('open', { sole: true }).states(), ['accepted']);
});

test('C4 a courier that lost its lock cannot undo a receipt', () => {
  const world = new World(many(1));
  world.post = (_, sent) => { world.store.set(sent[0].id, { ...sent[0], state: 'accepted' }); return reply(500); };
  assert.deepEqual(world.run().states(), ['accepted']);
});

test('H1 a clock set back does not freeze leases, pauses or records', () => {
  const world = new World([item(1, { nextAt: T0 + 90 * DAY }), item(2, { state: 'sending', lease: { by: 'x', until: T0 + 90 * DAY } })]);
  assert.deepEqual(world.run('timer', { sole: false }).states(), ['accepted', 'accepted']);
});

test('F photos follow their records, small ones first, and the record is owed until all are there', () => {
  const world = new World([item(1, { photo: 'a large picture' }), item(2, { photo: 'small' })]);
  world.photo = ({ sha256, bytes }) => (bytes > 10 ? reply(503) : reply(201, { sha256 }));
  world.run();
  const kinds = world.log.map((effect) => effect.do).filter((kind) => kind === 'post' || kind === 'photo');
  assert.deepEqual(kinds, ['post', 'photo', 'photo']);
  assert.equal(world.done('photo')[0].bytes, 5);
  assert.equal(isUnsent(world.at(2)), false);
  assert.equal(isUnsent(world.at(1)), true);
});

test('B4 F a portal that says 200 to a photo does not count as its receipt', () => {
  const world = new World([item(1, { photo: 'p' })]);
  world.photo = () => reply(200, null);
  world.run();
  assert.equal(world.at(1).photos[0].done, false);
});

test('F3 a photo the server cannot use is shown to a person and stops nobody', () => {
  const world = new World([item(1, { photo: 'bad' }), item(2, { photo: 'good one' })]);
  world.photo = ({ sha256, bytes }) => (bytes === 3 ? reply(415) : reply(201, { sha256 }));
  world.run();
  assert.equal(world.at(1).photos[0].stuck, 'not-a-picture');
  assert.equal(wordOf(world.at(1)), 'needs');
  assert.equal(world.at(2).photos[0].done, true);
});

test('F8 the same picture in two records travels once', () => {
  const world = new World([item(1, { photo: 'same' }), item(2, { photo: 'same' })]).run();
  assert.equal(world.done('photo').length, 1);
  assert.ok(world.at(1).photos[0].done && world.at(2).photos[0].done);
});

test('E8 a receipt of the old epoch, written down after another courier had met the new one, is offered again', () => {
  const world = new World([item(1)]).run();
  assert.equal(world.at(1).receipt?.epoch, 'e1');
  world.epoch = 'e2';
  world.wait(3_600_000);
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e2' });
  world.post = (_, sent) => receipts(sent, {}, 'e2');
  world.run();
  assert.equal(world.at(1).receipt?.epoch, 'e2');
  world.wait(3_600_000).run();
  assert.equal(world.done('post').length, 2, 'once is enough');
});

test('E8 an answer to a photo of before a restore does not count once another courier has met the restored server', () => {
  const world = new World([item(1, { photo: 'p' })]);
  const other = new World([]);
  other.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e2' });
  other.post = (_, sent) => receipts(sent, {}, 'e2');
  other.photo = () => timeout;
  world.photo = ({ sha256 }) => {
    Object.assign(other, { store: world.store, epoch: 'e1' });
    other.run('open', { sole: false });
    return reply(201, { sha256 });
  };
  world.run();
  assert.equal(world.at(1).receipt?.epoch, 'e2');
  assert.equal(world.at(1).photos[0].done, false);
  other.photo = ({ sha256 }) => reply(201, { sha256 });
  other.wait(3_600_000).run();
  assert.equal(world.at(1).photos[0].done, true);
});

test('E8 a new epoch offers every accepted copy again, photos too', () => {
  const world = new World([item(1, { photo: 'p' }), item(2)]).run();
  world.wait(3_600_000);
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e2' });
  world.post = (_, sent) => receipts(sent, {}, 'e2');
  world.run();
  assert.equal(world.done('post').at(-1).ids.length, 2);
  assert.equal(world.done('photo').length, 2);
  assert.deepEqual([...world.store.values()].map(({ receipt }) => receipt?.epoch), ['e2', 'e2']);
  assert.equal(world.epoch, 'e2');
});

test('nothing is purged before a week, before all photos, or without asking', () => {
  const world = new World([item(1), item(2, { photo: 'p' })]);
  world.photo = () => reply(415);
  world.run();
  world.wait(6 * DAY).run();
  assert.equal(world.done('have').length, 0);
  world.wait(DAY + 1).run();
  assert.deepEqual(world.done('have').map(({ ids }) => ids), [['id-0001']]);
  assert.equal(world.at(1).state, 'purged');
  assert.equal(world.at(1).payload, null);
  assert.equal(world.at(1).receipt?.receipt, 'K7Q-2F9', 'the receipt stays');
  assert.equal(world.at(2).state, 'accepted');
});

test('E8 H1 a clock set forward does not let copies go early', () => {
  const world = new World(many(1)).run();
  const sevenDaysAhead = 7 * DAY + 1;
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e1', time: new Date(world.now - sevenDaysAhead).toISOString() });
  world.wait(sevenDaysAhead).run();
  assert.equal(world.done('have').length, 0);
  assert.equal(world.at(1).state, 'accepted');
  world.wait(7 * DAY + 1000).run();
  assert.equal(world.at(1).state, 'purged');
});

test('A5 on a full phone pictures that the server has make room, oldest first; records stay their week', () => {
  const old = Array.from({ length: 25 }, (_, i) => item(i + 1, { photo: `p${i}` }));
  const world = new World([...old, item(30)]).run();
  world.wait(DAY).run();
  assert.equal(world.done('have').length, 0);
  world.run('full');
  assert.deepEqual(world.done('have').map(({ ids }) => ids.length), [20], 'asked for before they go');
  assert.deepEqual([...world.store.values()].filter(({ photoIds }) => photoIds.length).length, 5);
  assert.ok([...world.store.values()].every(({ state }) => state === 'accepted'));
  never(world);
  world.wait(1000).run();
  assert.equal(world.done('have').length, 1, 'no more than was needed');
  world.run('full');
  assert.equal([...world.store.values()].filter(({ photoIds }) => photoIds.length).length, 0);
});

test('A5 a full phone without signal, or whose picture the server lacks, keeps it', () => {
  const world = new World([item(1, { photo: 'p' })]).run();
  world.have = () => timeout;
  world.run('full');
  assert.equal(world.at(1).photoIds.length, 1);
  world.have = () => reply(200, { epoch: 'e1', have: [] });
  world.wait(600_000).run('full');
  assert.equal(world.at(1).photoIds.length, 1);
  assert.equal(world.done('photo').length, 2, 'offered again');
});

test('what the server no longer has is offered again, not purged', () => {
  const world = new World(many(2)).run();
  world.have = () => reply(200, { epoch: 'e1', have: ['id-0001'] });
  world.wait(7 * DAY + 1).run();
  assert.equal(world.at(1).state, 'purged');
  assert.equal(world.at(2).state, 'accepted');
  assert.equal(world.done('post').at(-1).ids[0], 'id-0002');
});

test('have in another epoch, or an odd answer to it, purges nothing', () => {
  for (const answer of [reply(200, { epoch: 'e9', have: ['id-0001'] }), reply(200, { have: ['id-0001'] }), reply(200, null), reply(401), timeout]) {
    const world = new World(many(1)).run();
    world.have = () => answer;
    world.post = (_, sent) => receipts(sent, {}, 'e9');
    world.wait(7 * DAY + 1).run();
    never(world);
  }
});

test('back-off grows from 15 s to 5 min and is jittered downwards', () => {
  assert.equal(backoff(1, () => 1), 15_000);
  assert.equal(backoff(1, () => 0), 7_500);
  assert.equal(backoff(99, () => 1), 300_000);
});

test('a server that wants a newer envelope is heard, and still gets what there is', () => {
  const world = new World(many(1));
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e1', time: '', build: 'b', min_env: 2 });
  world.run();
  assert.equal(world.rested?.outdated, true);
  assert.deepEqual(world.states(), ['accepted']);
  world.ping = ({ nonce }) => reply(200, { nonce, epoch: 'e1', time: '', build: 'b', min_env: 1 });
  world.wait(3_600_000).run();
  assert.equal(world.rested?.outdated, false);
});
