// Mistakes that other systems made (docs of the failures: README), each put into one line of the product. The simulator must find every one.

/** @type {Record<string, {file: string, good: string, bad: string, why: string}>} */
export const MUTANTS = {
  'delete-on-200': {
    file: 'outbox/turn.js', why: 'a 200 counts as a receipt',
    good: "if (!result || result.sha256 !== item.sha256 || !RECEIPTS.includes(result.status)) return false;",
    bad: "result ??= { status: 'accepted' };",
  },
  'receipt-without-digest': {
    file: 'outbox/turn.js', why: 'a receipt for other bytes counts',
    good: '!result || result.sha256 !== item.sha256 || !RECEIPTS.includes(result.status)', bad: '!result',
  },
  'lease-that-never-ends': {
    file: 'outbox/core.js', why: 'a crash in mid-upload leaves records behind for ever',
    good: "item.state === 'sending' && leaseOver(item, env.now, event.sole)", bad: 'false',
  },
  'other-peoples-ticket': {
    file: 'outbox/rules.js', why: 'records leave under whoever is signed in',
    good: 'person === item.author && !refused', bad: '!refused',
  },
  'epoch-not-heeded': {
    file: 'outbox/core.js', why: 'a restored server is not offered what it lost',
    good: "if (item.state === 'accepted' && item.receipt?.epoch !== epoch) reoffer(patch, item, env.now);", bad: ';',
  },
  'purge-at-once': {
    file: 'outbox/rules.js', why: 'a restored server can get nothing back',
    good: 'const KEEP_MS = 7 * DAY_MS;', bad: 'const KEEP_MS = 0;',
  },
  'photo-on-200': {
    file: 'outbox/core.js', why: 'a portal\'s 200 counts as a photo\'s receipt',
    good: '&& (json?.sha256 === sha256 || answer.offset === bytes)', bad: '',
  },
  'seq-outside-the-transaction': {
    file: 'outbox/store.js', why: 'a number is given twice after a crash',
    good: "tx.objectStore('meta').put(seq, `seq:${device}`),", bad: '',
  },
  'new-id-for-a-retry': {
    file: 'outbox/send.js', why: 'a lost reply becomes a second record',
    good: 'const records = whole.map(({ id, sha256: digest, payload }) => ({ id, sha256: digest, payload }));',
    bad: 'const records = whole.map(({ id, tries, sha256: digest, payload }) => ({ id: tries ? id.slice(0, -2) + (10 + tries % 90) : id, sha256: digest, payload }));',
  },
};
