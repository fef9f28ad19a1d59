/** Putting records into the outbox, and knowing what is in it. No page, no network: see send.js and marks.js. */
import { digestPhotos, envelope, idMaker } from './envelope.js';
import { isUnsent, wordOf } from './rules.js';
import * as store from './store.js';

/** @import { Draft, Item, RecordOptions, Status } from '../types' */

/** @typedef {{type: 'change', ids: string[]} | {type: 'status', status: Status} | {type: 'saved'} | {type: 'full'}} News */

/** Nobody is known to have signed in on this phone: a record without an author could never be handed in. */
export class NobodySignedIn extends Error { name = 'NobodySignedIn'; }

const BOOT = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A new record's id; made when its form opens, so that every tap and every retry of it is the same record. */
export const newId = idMaker(() => Date.now(), (bytes) => crypto.getRandomValues(bytes));

/** @type {Set<(news: News) => void>} */
const listeners = new Set();
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('outbox-news');
channel?.addEventListener('message', ({ data }) => listeners.forEach((listener) => listener(data)));

/** Called for changes made here and in other tabs. @param {(news: News) => void} listener @returns {() => void} stops it */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {News} news */
export function announce(news) {
  channel?.postMessage(news);
  listeners.forEach((listener) => listener(news));
}

/** Who works here, and on which device: the page says it; a shell kept for offline may not, then the memory does.
 * @returns {Promise<{person: string, device: string}>} */
export async function whoami() {
  const { person = '', device = '' } = globalThis.document?.documentElement.dataset ?? {};
  const known = (await store.meta('me')) ?? { person: '', device: '' };
  return { person: person || known.person, device: device || known.device };
}

/**
 * Saves one record for good: resolves when record, photos and number are on this phone's disk, online or not.
 * @param {string} kind @param {Record<string, unknown>} body @param {RecordOptions} [options] `id` from newId() when the form opened;
 *   `about` {round, checkpoint, name, place} says where pages show it (never sent)
 * @returns {Promise<Item>}
 * @throws {store.PhoneFull | store.NeedsUpdate | NobodySignedIn}
 */
export async function record(kind, body, options = {}) {
  const at = new Date();
  const mono = Math.round(performance.now() * 10) / 10;
  const { person, device } = await whoami();
  if (!person) throw new NobodySignedIn('sign in first');
  const id = options.id ?? newId();
  const stamp = { author: person, device, at, mono, boot: BOOT, zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const photos = digestPhotos(options.photos ?? []);
  const named = photos.map(({ data, ...photo }) => photo);
  const item = await store.saveRecord(id, device, (seq) => envelope(kind, body, { ...options, id }, stamp, seq, named), photos).catch((error) => {
    if (error instanceof store.PhoneFull) announce({ type: 'full' });
    throw error;
  });
  announce({ type: 'change', ids: [id] });
  announce({ type: 'saved' });
  return item;
}

/** @returns {Promise<{unsent: number, needs: number, mine: number, others: number, oldest: number | null}>} what the phone still owes */
export async function counts() {
  const [{ person }, items] = await Promise.all([whoami(), store.records()]);
  const unsent = items.filter(isUnsent);
  const mine = unsent.filter(({ author }) => author === person);
  return {
    unsent: unsent.length, mine: mine.length, others: unsent.length - mine.length,
    needs: mine.filter((item) => wordOf(item) === 'needs').length,
    oldest: unsent.length ? Math.min(...unsent.map(({ savedAt }) => savedAt)) : null,
  };
}

/** Keeps a half-filled form. One draft per form and person; its `id` becomes the record's id.
 * @param {string} form @param {Pick<Draft, 'id' | 'values' | 'photos'>} draft */
export async function saveDraft(form, draft) {
  const { person } = await whoami();
  await store.pocketPut('drafts', { key: `${person}/${form}`, person, at: Date.now(), ...draft });
}

/** @param {string} form @returns {Promise<Draft | undefined>} */
export async function loadDraft(form) {
  return store.pocketGet('drafts', `${(await whoami()).person}/${form}`);
}

/** @param {string} form */
export async function dropDraft(form) {
  await store.pocketDrop('drafts', `${(await whoami()).person}/${form}`);
}
