/**
 * Signing out on the phone: <form data-signout method="post" action="/logout">.
 *
 * Records that wait stay and go out as their author's; kept pages go at once. Without signal the server cannot be told:
 * the phone remembers to tell it at the next contact, and until then keeps nothing of this person's to look at.
 */
import { counts } from '../outbox/queue.js';
import * as store from '../outbox/store.js';
import { forgetOthers } from '../pack.js';
import { forgetMe } from '../ticket.js';
import { t } from '../words.js';

const DUE = 'signout-due';

/** Takes over the sign-out forms of this document that were not taken over yet. */
export function takeOverSignouts() {
  for (const form of document.querySelectorAll('form[data-signout]:not([data-taken])')) takeOver(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function takeOver(form) {
  form.dataset.taken = '';
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const { mine } = await counts();
      if (mine && !(await confirmed(mine))) return;
      // What was kept of this person's pages goes; the outbox stays.
      await forgetOthers('');
      await forgetMe();
    } catch (error) {
      console.error('sign out', error);   // a broken store must not keep anybody signed in
    }
    if (await tellServer()) return location.assign('/login');
    await store.setMeta(DUE, true).catch(console.error);
    location.assign('/offline');
  });
}

/** @returns {Promise<boolean>} whether the server knows */
async function tellServer() {
  try {
    const reply = await fetch('/logout', { method: 'POST', redirect: 'manual' });
    return reply.type === 'opaqueredirect' || reply.ok;
  } catch {
    return false;
  }
}

/** At every start: somebody signed out when there was no signal. @returns {Promise<boolean>} whether this page is being left */
export async function signOutIfDue() {
  if (!(await store.meta(DUE)) || !(await tellServer())) return false;
  await store.setMeta(DUE, false);
  if (!document.documentElement.dataset.person) return false;
  location.assign('/login');
  return true;
}

/** @param {number} n @returns {Promise<boolean>} */
function confirmed(n) {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  const body = dialog.appendChild(document.createElement('form'));
  body.method = 'dialog';
  body.className = 'body';
  body.append(element('h2', t('signout.question')), element('p', t('signout.unsent', { n })), choice('stay', 'next'), choice('go', 'plain'));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => { dialog.remove(); resolve(dialog.returnValue === 'go'); }));
}

/** @param {'stay' | 'go'} value @param {string} kind */
function choice(value, kind) {
  return Object.assign(element('button', t(`signout.${value}`)), { value, className: `btn wide ${kind}` });
}

/** @param {string} name @param {string} text */
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
