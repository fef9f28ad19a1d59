// I1–I5: what must hold whatever happened, asked of both halves, the phones' rows and the server's.
import { sha256Text } from '../../static/js/outbox/sha256.js';

/** @import { Schedule, Saved } from './schedule.mjs' */
/** @import { Row, Rows } from './server.mjs' */

/** A promise broken. `kind`: loss, double, order, receipt, hidden or stuck. */
export class Violation extends Error {
  /** @param {string} kind @param {string} message */
  constructor(kind, message) {
    super(`${kind}: ${message}`);
    this.kind = kind;
  }
}

const STATES = ['saved', 'sending', 'attention', 'accepted', 'purged'];

/** @param {Schedule} schedule @param {boolean} final whether everything must have arrived */
export async function check(schedule, final) {
  /** @type {Rows} */ const rows = await schedule.server.ask('rows');
  const there = new Map(rows.records.map((row) => [row.id, row]));
  for (const saved of schedule.saved.values()) {
    const here = saved.phone.records().get(saved.id);
    const row = there.get(saved.id);
    kept(saved, here, row);
    received(saved, here, row, rows);
    if (final) arrived(saved, here, row, rows);
  }
  effects(schedule, rows, there);
  order(schedule, rows, there);
  if (final) for (const phone of schedule.phones) {
    const { unsent } = await phone.counts();
    if (unsent > 0) throw new Violation('stuck', `phone ${phone.device} still owes ${unsent} in fair weather`);
  }
}

/** I1: it exists on the phone or on the server, byte for byte. @param {Saved} saved @param {any} here @param {Row | undefined} row */
function kept({ id, sha256, confirmed }, here, row) {
  if (!here) throw new Violation('loss', `${id} vanished from the phone${confirmed ? '' : ' (never confirmed)'}`);
  if (here.sha256 !== sha256) throw new Violation('loss', `${id}: its digest changed after saving`);
  if (here.payload !== null && sha256Text(here.payload) !== sha256) throw new Violation('loss', `${id}: its bytes changed after saving`);
  if (here.payload === null && row?.sha256 !== sha256) throw new Violation('loss', `${id} is neither on the phone nor on the server`);
}

/** I4: what is shown as received is on the server. I5: what is not, is shown to somebody.
 * @param {Saved} saved @param {any} here @param {Row | undefined} row @param {Rows} rows */
function received({ id, sha256, author }, here, row, rows) {
  if (!STATES.includes(here.state)) throw new Violation('hidden', `${id} is in no state a page knows: ${here.state}`);
  const receipted = ['accepted', 'purged'].includes(here.state);
  if (receipted && !here.receipt) throw new Violation('receipt', `${id} is ${here.state} without a receipt`);
  if (receipted && here.receipt.epoch === rows.epoch) {
    if (row?.sha256 !== sha256) throw new Violation('receipt', `${id} shows a receipt for what the server does not have`);
    for (const photo of here.photos) {
      if (photo.done && !rows.photos.includes(photo.sha256)) throw new Violation('receipt', `${id}: a picture counts as sent and is not there`);
    }
  }
  if (here.state === 'purged' && here.photos.some((/** @type {any} */ photo) => !photo.done)) throw new Violation('loss', `${id} was let go before its pictures`);
  if (row && row.person !== author) throw new Violation('receipt', `${id} arrived under another person's name`);
  if (row?.status === 'held' && !row.shown) throw new Violation('hidden', `${id} is held and no supervisor sees it`);
}

/** In fair weather everything is there. @param {Saved} saved @param {any} here @param {Row | undefined} row @param {Rows} rows */
function arrived({ id, photos }, here, row, rows) {
  if (!row) throw new Violation('stuck', `${id} never arrived: ${here.state}, ${here.error?.code}`);
  if (!['accepted', 'purged'].includes(here.state)) throw new Violation('stuck', `${id} arrived, and the phone does not know: ${here.state}`);
  for (const sha256 of photos) if (!rows.photos.includes(sha256)) throw new Violation('stuck', `${id}: a picture never arrived`);
}

/** I2: one effect for an accepted record, none for a held one; nothing that no phone made.
 * @param {Schedule} schedule @param {Rows} rows @param {Map<string, Row>} there */
function effects({ saved }, rows, there) {
  const numbers = new Set();
  for (const row of there.values()) {
    if (!saved.has(row.id)) throw new Violation('double', `${row.id} is a record that no phone made`);
    if (row.effects !== (row.status === 'accepted' ? 1 : 0)) throw new Violation('double', `${row.id} is ${row.status} (${row.reason}) with ${row.effects} effects`);
    const number = `${row.device}/${row.seq}`;
    if (row.seq !== null && numbers.has(number)) throw new Violation('double', `number ${row.seq} of a phone came twice`);
    numbers.add(number);
  }
  if (rows.stray_effects) throw new Violation('double', `${rows.stray_effects} effects of no record`);
  if (rows.copies.length) throw new Violation('double', `other bytes came under ${rows.copies[0][0]}`);
}

/** I3: a call is in the phone's order, and what comes after something is counted after it.
 * @param {Schedule} schedule @param {Rows} rows @param {Map<string, Row>} there */
function order({ saved, network }, rows, there) {
  for (const { seqs } of network.posted) {
    if (seqs.some((seq, n) => n > 0 && seq < seqs[n - 1])) throw new Violation('order', `a call was sent in the order ${seqs}`);
  }
  const accepted = (/** @type {string} */ id) => there.get(id)?.status === 'accepted';
  for (const { id, after } of saved.values()) {
    if (accepted(id) && !after.every(accepted)) throw new Violation('order', `${id} counts before what it comes after`);
  }
  for (const row of rows.records) {
    if (row.reason === 'waits-for' && row.waits_for && accepted(row.waits_for)) throw new Violation('order', `${row.id} still waits for what has come`);
  }
}
