/**
 * The phone's memory. Two databases: `outbox` holds what must never be lost and only ever grows by additive upgrades; `pocket` holds what
 * may be wiped (drafts, the page pack). Nothing in this code base deletes a database.
 */
import { openDB } from '../../vendor/idb/index.js';
import { onto } from './rules.js';

/** @import { Change, Draft, Item, Pack, Ticket } from '../types' */
/** @import { IDBPDatabase } from '../../vendor/idb/index.js' */

/** The phone is full: the form keeps its content and says so. */
export class PhoneFull extends Error { name = 'PhoneFull'; }
/** Another tab runs a newer build whose store this one does not know: it may look and send, not write new records. */
export class NeedsUpdate extends Error { name = 'NeedsUpdate'; }

const STRICT = /** @type {const} */ ({ durability: 'strict' });

/** @type {{[name: string]: Promise<IDBPDatabase> | undefined}} */
const connections = {};
let newer = false;
/** @type {(name: string) => void} */
let onBlocked = () => {};

/** @param {(name: string) => void} report called when an old tab holds up an upgrade */
export function whenBlocked(report) { onBlocked = report; }

/** What each version adds to the one before. A released step never changes, and none takes anything away: phones of any age walk the same way up.
 * @type {{[name: string]: ((db: IDBPDatabase, tx: import('../../vendor/idb/index.js').IDBPTransaction<any, any, 'versionchange'>) => unknown)[]}} */
const STEPS = {
  outbox: [
    (db) => {
      const records = db.createObjectStore('records', { keyPath: 'id' });
      records.createIndex('state', 'state');
      // Which records still need a photo's bytes here: a photo goes when the last of them is gone.
      records.createIndex('photo', 'photoIds', { multiEntry: true });
      db.createObjectStore('photos', { keyPath: 'sha256' });
      db.createObjectStore('meta');
    },
  ],
  pocket: [
    (db) => {
      db.createObjectStore('drafts', { keyPath: 'key' });
      db.createObjectStore('packs');
      db.createObjectStore('pointers');
    },
  ],
};

/** @param {string} name @returns {Promise<IDBPDatabase>} */
function connection(name) {
  const open = (/** @type {number | undefined} */ version) => openDB(name, version, {
    // A step that throws aborts the whole upgrade: the store stays as it was.
    upgrade: (db, from, _to, tx) => STEPS[name].slice(from).forEach((step) => step(db, tx)),
    blocked: () => onBlocked(name),
    // A newer tab wants to upgrade: let go at once, the next call opens again.
    blocking: (_old, _new, event) => { connections[name] = undefined; /** @type {IDBDatabase} */ (event.target).close(); },
    terminated: () => { connections[name] = undefined; },
  });
  connections[name] ??= open(STEPS[name].length).catch((error) => {
    connections[name] = undefined;
    if (error.name !== 'VersionError') throw error;
    newer = true;
    return open(undefined);
  });
  return connections[name];
}

const LOST = ['InvalidStateError', 'UnknownError', 'AbortError', 'TransactionInactiveError'];

/**
 * iOS kills the connection of an app in the background, and every retry on the dead handle fails too: open anew, try once more.
 * @template T @param {string} name @param {(db: IDBPDatabase) => Promise<T>} work @returns {Promise<T>}
 */
async function using(name, work) {
  for (let again = false; ; again = true) {
    try {
      return await work(await connection(name));
    } catch (error) {
      const { name: kind } = /** @type {Error} */ (error ?? {});
      if (again || (error && !LOST.includes(kind))) throw kind === 'QuotaExceededError' ? new PhoneFull('storage is full', { cause: error }) : error;
      connections[name] = undefined;
    }
  }
}

/**
 * One strict transaction for record, photos and number; resolves only when it is complete. A record already there is left as it is:
 * the second tap of a double tap gets the first one's record.
 * @param {string} id @param {string} device @param {(seq: number) => Item} make @param {{sha256: string, bytes: number, mime: string, data: ArrayBuffer}[]} photos
 * @returns {Promise<Item>}
 */
export function saveRecord(id, device, make, photos) {
  return using('outbox', async (db) => {
    if (newer) throw new NeedsUpdate('this page is older than the store');
    const tx = db.transaction(['records', 'photos', 'meta'], 'readwrite', STRICT);
    return complete(tx, async () => {
      const known = await tx.objectStore('records').get(id);
      if (known) return known;
      const seq = ((await tx.objectStore('meta').get(`seq:${device}`)) ?? 0) + 1;
      const item = make(seq);
      await Promise.all([
        tx.objectStore('meta').put(seq, `seq:${device}`),
        tx.objectStore('records').add(item),
        ...photos.map((photo) => tx.objectStore('photos').put(photo)),
      ]);
      return item;
    });
  });
}

/** @template T @param {{done: Promise<void>, abort: () => void}} tx @param {() => Promise<T>} work @returns {Promise<T>} */
async function complete(tx, work) {
  const end = tx.done.then(() => null, (/** @type {unknown} */ error) => error ?? new DOMException('aborted', 'AbortError'));
  try {
    const result = await work();
    const error = await end;
    if (error) throw error;
    return result;
  } catch (error) {
    try { tx.abort(); } catch { /* it was over already */ }
    // The request only knows that it was aborted; that the phone is full, the transaction knows.
    const cause = await end;
    throw /** @type {Error | null} */ (cause)?.name === 'QuotaExceededError' ? cause : error;
  }
}

/** What the courier learned, in one strict transaction. An accepted record goes back only when the server itself asked for it again:
 * a courier that lost its lock and does not know it yet must not undo a receipt.
 * @param {{changes: Change[], refuse: string[], epoch: string | null}} news */
export async function writeDown(news) {
  try {
    await write(news);
  } catch (error) {
    const making = error instanceof PhoneFull ? news.changes.filter(({ patch }) => patch.photoIds).map(({ id }) => id) : [];
    if (making.length === 0) throw error;
    await dropPictures(making);
    await write(news);
  }
}

/** Only takes away, which even a full phone lets us do. @param {string[]} ids of records the server has with all their pictures */
function dropPictures(ids) {
  return using('outbox', (db) => {
    const tx = db.transaction(['records', 'photos'], 'readwrite', STRICT);
    return complete(tx, async () => {
      for (const id of ids) {
        /** @type {Item | undefined} */
        const item = await tx.objectStore('records').get(id);
        for (const sha256 of item?.state === 'accepted' ? item.photoIds : []) {
          const owners = await tx.objectStore('records').index('photo').getAllKeys(sha256);
          if (owners.every((owner) => ids.includes(String(owner)))) await tx.objectStore('photos').delete(sha256);
        }
      }
    });
  });
}

/** @param {Parameters<typeof writeDown>[0]} news */
function write({ changes, refuse, epoch }) {
  return using('outbox', (db) => {
    const tx = db.transaction(['records', 'photos', 'meta'], 'readwrite', STRICT);
    const records = tx.objectStore('records');
    const meta = tx.objectStore('meta');
    return complete(tx, async () => {
      for (const change of changes) {
        /** @type {Item | undefined} */
        const item = await records.get(change.id);
        const changed = item && onto(item, change);
        if (!changed) continue;
        await records.put(changed);
        const { photoIds } = change.patch;
        if (photoIds) for (const sha256 of item.photoIds) if (!photoIds.includes(sha256)) await dropUnused(tx, sha256);
      }
      for (const key of refuse) {
        const ticket = await meta.get(`ticket:${key}`);
        if (ticket) await meta.put({ ...ticket, refused: true }, `ticket:${key}`);
      }
      if (epoch) await meta.put(epoch, 'epoch');
    });
  });
}

/** @param {import('../../vendor/idb/index.js').IDBPTransaction<any, any, 'readwrite'>} tx @param {string} sha256 */
async function dropUnused(tx, sha256) {
  if (await tx.objectStore('records').index('photo').count(sha256) === 0) await tx.objectStore('photos').delete(sha256);
}

/** @param {string | null} [state] @returns {Promise<Item[]>} records that still carry their payload, or those in one state */
export function records(state = null) {
  const states = state ? [state] : ['saved', 'sending', 'attention', 'accepted'];
  return using('outbox', async (db) => {
    // One transaction: a record on its way from one state to the next is seen exactly once.
    const index = db.transaction('records').store.index('state');
    return (await Promise.all(states.map((each) => index.getAll(each)))).flat();
  });
}

/** Numbers are never used twice: should others know of a higher one, the next record's comes after that.
 * @param {string} device @param {number} seq @returns {Promise<boolean>} whether this phone had forgotten it */
export function raiseSeq(device, seq) {
  return using('outbox', (db) => {
    const tx = db.transaction('meta', 'readwrite', STRICT);
    return complete(tx, async () => {
      if (seq <= ((await tx.store.get(`seq:${device}`)) ?? 0)) return false;
      await tx.store.put(seq, `seq:${device}`);
      return true;
    });
  });
}

/** @param {string} id @returns {Promise<Item | undefined>} */
export const recordById = (id) => using('outbox', (db) => db.get('records', id));

/** @param {string} sha256 @returns {Promise<{sha256: string, bytes: number, mime: string, data: ArrayBuffer} | undefined>} */
export const photo = (sha256) => using('outbox', (db) => db.get('photos', sha256));

/** @param {string} key @returns {Promise<any>} */
export const meta = (key) => using('outbox', (db) => db.get('meta', key));

/** @param {string} key @param {unknown} value */
export const setMeta = (key, value) => using('outbox', async (db) => { await db.put('meta', value, key); });

/** @returns {Promise<Ticket[]>} */
export const tickets = () => using('outbox', (db) => db.getAll('meta', IDBKeyRange.bound('ticket:', 'ticket:\uffff')));

/** @param {string} store @param {string} [key] @returns {Promise<any>} */
export const pocketGet = (store, key) => using('pocket', (db) => (key === undefined ? db.getAll(store) : db.get(store, key)));

/** @param {string} store @param {unknown} value @param {string} [key] */
export const pocketPut = (store, value, key) => using('pocket', async (db) => { await db.put(store, value, key); });

/** @param {string} store @param {string} key */
export const pocketDrop = (store, key) => using('pocket', (db) => db.delete(store, key));

/** @param {string} store @returns {Promise<string[]>} */
export const pocketKeys = async (store) => using('pocket', async (db) => (await db.getAllKeys(store)).map(String));
