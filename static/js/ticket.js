/** The permission to hand records in. It is kept beside the outbox, one per person and device, and outlives the session. */
import * as store from './outbox/store.js';

const DAY_MS = 86_400_000;

/** Remembers who works here, and gets a fresh ticket when the one at hand is a day old, refused or missing.
 * @returns {Promise<boolean>} whether a ticket came that may unlock waiting records */
export async function renewTicket() {
  const { person, device } = document.documentElement.dataset;
  if (!person) return false;
  await store.setMeta('me', { person, device });
  const known = await store.meta(`ticket:${person}/${device}`);
  const age = Date.now() - (known?.gotAt ?? 0);
  if (known && !known.refused && age >= 0 && age < DAY_MS) return false;
  try {
    const reply = await fetch('/ticket', { headers: { Accept: 'application/json' }, cache: 'no-store', redirect: 'error' });
    const { ticket, person: whose, device: which, expires_at } = reply.ok ? await reply.json() : {};
    // A page from the phone's memory may belong to somebody else than the session does.
    if (!ticket || whose !== person) return false;
    await store.setMeta(`ticket:${whose}/${which}`, { ticket, person: whose, device: which, expires_at, gotAt: Date.now(), refused: false });
    await store.setMeta('me', { person: whose, device: which });
    return true;
  } catch {
    return false;   // no signal: the old ticket serves, or the next start asks again
  }
}

/** Nobody works here until someone signs in; the tickets stay for the records that wait. Without signal the server is told by the next page
 * that has it. @returns {Promise<boolean>} whether the session is over */
export async function signOut() {
  const me = await store.meta('me');
  await store.setMeta('me', { person: '', device: me?.device ?? '' });
  const over = await endSession();
  if (!over) await store.setMeta('sign-out', document.documentElement.dataset.person);
  return over;
}

/** Ends the session of somebody who signed out without signal, before this page takes them for signed in. */
export async function finishSignOut() {
  const { person, cachedAt } = document.documentElement.dataset;
  const { pathname } = location;
  // The server's own sign-in page: no session any more. Without signal the worker's page stands at that address.
  if (pathname.startsWith('/login') && !document.querySelector('main[data-page=offline]')) return store.setMeta('sign-out', '');
  if (!person || cachedAt || (await store.meta('sign-out')) !== person || !(await endSession())) return;
  location.replace('/login');
  await new Promise(() => {});   // nothing else of this page is theirs
}

/** Our server answers with a redirect; anything else is a captive portal or one in trouble. */
async function endSession() {
  const reply = await fetch('/logout', { method: 'POST', redirect: 'manual', cache: 'no-store' }).catch(() => null);
  return reply?.type === 'opaqueredirect';
}
