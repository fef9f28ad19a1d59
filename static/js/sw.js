/**
 * The service worker. Three lanes: the shell (this build's files, from the phone), pages of today's work (network first, then the copy,
 * with its time), and everything else, above all writes, which is never touched.
 * The server fills in the build and the lists of addresses.
 */
import { makeCourier } from '/static/__BUILD__/js/outbox/send.js';
import { counts } from '/static/__BUILD__/js/outbox/queue.js';
import { pocketGet, pocketPut } from '/static/__BUILD__/js/outbox/store.js';
import { LAST_PATIENCE_MS, Patience } from '/static/__BUILD__/js/patience.js';

const BUILD = '__BUILD__';
/** @type {string[]} */ const SHELL = /*__SHELL__*/[];
/** @type {string[]} Large parts that come after the first visit: the decoder, and the zip that "Save a copy" needs just when there is no signal. */
const LATER = [.../*__LATER__*/[], '/static/__BUILD__/vendor/fflate/browser.js'];
const CACHE = `shell-${BUILD}`;
const OFFLINE = '/offline';
const PHOTO = /^\/(work-orders\/[0-9a-f-]{36}\/photos|inspect\/pictures\/[a-z0-9-]+)\/[0-9a-f]{64}$/;
const NEVER = /^\/(sync|ticket|photos|pack|login|logout|sw\.js|healthz|manifest\.webmanifest)(\/|$)/;

const SIGN_IN = /^\/login(\/|$)/;

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const courier = makeCourier({ build: BUILD });
const patience = new Patience();

/** One pack after the other: a second of the same revision would empty the cache that the first one fills, and take it away if the signal goes.
 * @type {Promise<unknown>} */
let keeping = Promise.resolve();

// One file that cannot be had fails the install: the old worker with its complete shell goes on.
worker.addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll([...SHELL, OFFLINE].map((url) => new Request(url, { cache: 'reload' })));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
})()));

// No skipWaiting here: the new version waits for the person's tap, or for the last page to close.
worker.addEventListener('activate', (event) => event.waitUntil((async () => {
  const shells = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== CACHE);
  // The build before this one stays: a page of it may still be open and load its parts late.
  for (const name of shells.slice(0, -1)) await caches.delete(name);
  await worker.clients.claim();
})()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && SIGN_IN.test(url.pathname)) return event.respondWith(signIn(request));
  if (NEVER.test(url.pathname)) return;
  if (PHOTO.test(url.pathname)) return event.respondWith(photo(request));
  if (url.pathname.startsWith('/static/')) return event.respondWith(fromShell(request));
  const fragment = request.headers.has('HX-Request') && !request.headers.has('HX-Boosted');
  if (!fragment && (request.mode === 'navigate' || request.headers.has('HX-Boosted'))) event.respondWith(page(event));
});

worker.addEventListener('message', (event) => {
  const { data, ports } = event;
  if (data?.do === 'activate') worker.skipWaiting();
  if (data?.do === 'later') event.waitUntil(fetchLater());
  if (data?.do === 'keep') {
    const kept = keeping.then(() => keep(data));
    keeping = kept.catch(() => {});
    event.waitUntil(kept.then(() => true, () => false).then((done) => ports[0]?.postMessage({ done })));
    event.waitUntil(kept.then((cache) => keepPhotos(cache, data.photos ?? [])).catch(() => {}));
  }
});

// Android wakes us when there is signal, even with the app closed. To fail is to be woken once more.
worker.addEventListener('sync', (/** @type {any} */ event) => {
  if (event.tag === 'outbox') event.waitUntil(courier.poke('sync').then(counts).then(({ unsent }) => { if (unsent) throw new Error('more to send'); }));
});

/** @param {Request} request */
async function fromShell(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/** The network gets a moment when there is a copy, and its time when there is none. @param {FetchEvent} event @returns {Promise<Response>} */
async function page({ request }) {
  const copy = await copyOf(request);
  if (copy && navigator.onLine === false) return copy;
  let open = true;
  const network = fetch(request).then((answer) => { patience.answered(); return answer; }, () => null).finally(() => { open = false; });
  const reply = await within(network, patience.ms(copy !== null, Date.now()));
  if (open) patience.silent(Date.now());
  if (reply && !(copy && reply.status >= 502 && reply.status <= 504)) return reply;
  return copy ?? (await scanner(request)) ?? (await caches.match(OFFLINE)) ?? Response.error();
}

/** Never kept: without signal it says that signing in needs some. @param {Request} request @returns {Promise<Response>} */
async function signIn(request) {
  const reply = await within(fetch(request).catch(() => null), LAST_PATIENCE_MS);
  return reply ?? (await caches.match(OFFLINE)) ?? Response.error();
}

/** A label's address, opened by the phone's own camera without signal: our scanner can record it.
 * @param {Request} request @returns {Promise<Response | null>} */
async function scanner({ url }) {
  const code = /^\/c\/([0-9a-z]{10})$/i.exec(new URL(url).pathname)?.[1];
  const kept = code && (await copyOf(new Request('/scan')));
  return kept ? Response.redirect(`/scan?code=${code}`, 302) : null;
}

/** @template T @param {Promise<T>} promise @param {number} ms @returns {Promise<T | null>} */
const within = (promise, ms) => Promise.race([promise, new Promise((/** @type {(none: null) => void} */ resolve) => setTimeout(() => resolve(null), ms))]);

/** The kept page, saying when it was made: in a header for scripts that fetch, in the document itself for the page.
 * @param {Request} request @returns {Promise<Response | null>} */
async function copyOf(request) {
  const pointer = await pocketGet('pointers', 'pack').catch(() => null);
  if (!pointer || !(await caches.has(pointer.cache))) return null;
  const kept = await (await caches.open(pointer.cache)).match(request, { ignoreSearch: true, ignoreVary: true });
  if (!kept) return null;
  const headers = new Headers(kept.headers);
  const madeAt = headers.get('Rounds-Cached-At') ?? pointer.madeAt;
  const html = (await kept.text()).replace(/<html /, `<html data-cached-at="${madeAt}" `);
  headers.set('Rounds-Cached-At', madeAt);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding');
  return new Response(html, { headers });
}

/** Fetches a whole pack into a new cache; only then the pointer turns to it. Half a pack is never used: when the signal goes in its midst,
 * the last one stays. But a page that the server itself cannot make must not cost the others: its last copy stands in, with its own age.
 * @param {{person: string, revision: string, pages: string[], made_at: string}} pack @returns {Promise<Cache>} */
async function keep({ person, revision, pages, made_at }) {
  const name = `pack-${person}-${revision}-${BUILD}`;
  const pointer = await pocketGet('pointers', 'pack');
  const known = pointer?.cache === name && (await caches.has(name));
  if (!known) await caches.delete(name);
  const before = pointer?.person === person && pointer.cache !== name && (await caches.has(pointer.cache)) ? await caches.open(pointer.cache) : null;
  const cache = await caches.open(name);
  /** @type {string[]} what could not be had this time, and is asked for again */ const missing = [];
  try {
    const line = known ? [...(pointer.missing ?? [])] : [...pages];
    await Promise.all([1, 2, 3, 4].map(async () => {
      for (let path; (path = line.shift());) if (!(await keepPage(cache, path, person))) missing.push(path);
    }));
    if (missing.length === pages.length) throw new Error('the server is in trouble');
    for (const path of missing) await standIn(before, cache, path, pointer?.madeAt);
  } catch (error) {
    if (!known) await caches.delete(name);
    throw error;
  }
  await pocketPut('pointers', { cache: name, person, madeAt: made_at, missing }, 'pack');
  for (const other of await caches.keys()) if (other.startsWith('pack-') && other !== name) await caches.delete(other);
  return caches.open(name);
}

/** Photos of work orders and pictures of checklists, as far as they can be had: a page without one is still a page. What failed is tried again with the next pack.
 * @param {Cache} cache @param {string[]} paths */
async function keepPhotos(cache, paths) {
  for (const path of paths) {
    const url = new URL(path, worker.location.origin);
    if (!PHOTO.test(url.pathname) || (await cache.match(url))) continue;
    const reply = await fetch(url, { redirect: 'error' }).catch(() => null);
    if (reply?.status === 200 && reply.headers.get('Content-Type')?.startsWith('image/')) await cache.put(url, reply);
  }
}

/** A photo never changes under its address: the copy serves, wherever it lies. @param {Request} request */
async function photo(request) {
  const pointer = await pocketGet('pointers', 'pack').catch(() => null);
  const kept = pointer && (await caches.has(pointer.cache)) ? await (await caches.open(pointer.cache)).match(request, { ignoreVary: true }) : null;
  return kept ?? fetch(request);
}

/** @param {Cache} cache @param {string} path @param {string} person @returns {Promise<boolean>} whether the server could make the page; all else throws */
async function keepPage(cache, path, person) {
  const url = new URL(path, worker.location.origin);
  if (url.origin !== worker.location.origin) throw new Error(`not ours: ${path}`);
  const reply = await fetch(url, { cache: 'no-cache', redirect: 'error', headers: { Accept: 'text/html', 'Rounds-Pack': '1' } });
  const theirs = reply.headers.get('Rounds-Person') === person;
  if (theirs && (reply.status === 500 || reply.status === 404)) return false;
  if (reply.status !== 200 || reply.redirected || reply.type !== 'basic' || !theirs) throw new Error(`${path}: ${reply.status}, not kept`);
  await cache.put(url, reply);
  return true;
}

/** @param {Cache | null} before @param {Cache} cache @param {string} path @param {string} madeAt when the pack before was made */
async function standIn(before, cache, path, madeAt) {
  const copy = await before?.match(path);
  if (!copy) return;
  const headers = new Headers(copy.headers);
  if (!headers.has('Rounds-Cached-At')) headers.set('Rounds-Cached-At', madeAt);
  await cache.put(path, new Response(await copy.blob(), { headers }));
}

/** In the background, each missing file once; a failure waits for the next start. */
async function fetchLater() {
  const cache = await caches.open(CACHE);
  for (const url of LATER) {
    if (!(await cache.match(url))) await cache.add(url).catch(() => {});
  }
}
