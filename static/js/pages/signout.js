/**
 * Signing out on the phone: <form data-signout method="post" action="/logout">.
 *
 * Records that wait stay and go out as their author's; kept pages go at once. Without signal the server cannot be told:
 * the phone remembers to tell it at the next contact, and until then keeps nothing of this person's to look at.
 */
import { counts } from '../outbox/queue.js';
import { forgetOthers } from '../pack.js';
import { signOut } from '../ticket.js';
import { t } from '../words.js';

/** Takes over the sign-out forms of this document that were not taken over yet. */
export function takeOverSignouts() {
  for (const form of document.querySelectorAll('form[data-signout]:not([data-taken])')) takeOver(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function takeOver(form) {
  form.dataset.taken = '';
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let over = false;
    try {
      const { mine } = await counts();
      const lines = [mine && t('signout.unsent', { n: mine }), navigator.onLine === false && t('signout.no-signal')].filter((line) => typeof line === 'string');
      if (lines.length && !(await confirmed(lines))) return;
      // What was kept of this person's pages goes; the outbox stays.
      await forgetOthers('');
      over = await signOut();
    } catch (error) {
      console.error('sign out', error);   // a broken store must not keep anybody signed in
      return form.submit();
    }
    location.assign(over ? '/login' : '/offline');
  });
  form.dispatchEvent(new Event('rounds:taken'));
}

/** @param {string[]} lines @returns {Promise<boolean>} */
function confirmed(lines) {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  const body = dialog.appendChild(document.createElement('form'));
  body.method = 'dialog';
  body.className = 'body';
  body.append(element('h2', t('signout.question')), ...lines.map((line) => element('p', line)), choice('stay', 'next'), choice('go', 'plain'));
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
