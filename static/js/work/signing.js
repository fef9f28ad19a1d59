/** The resident's screen: the charge, the pad, the stars. What is signed is the charge as it stands here, by its digest. */
import { digest } from './charge.js';
import { Pad } from './pad.js';

/** @import { Account } from './account.js' */

/** @param {Account} account */
export function takeOverPad(account) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-sign]'));
  if (!form) return;
  const wrong = /** @type {HTMLElement} */ (form.querySelector('[data-wrong]'));
  const pad = new Pad(/** @type {SVGSVGElement} */ (form.querySelector('[data-pad]')), () => { if (pad.signed) wrong.hidden = true; });
  form.querySelector('[data-clear]')?.addEventListener('click', () => pad.clear());
  form.addEventListener('rounds:body', (event) => {
    wrong.hidden = pad.signed;
    if (pad.signed) return sign(form, pad, account, /** @type {CustomEvent} */ (event));
    event.preventDefault();
    wrong.scrollIntoView({ block: 'center' });
  });
}

/** @param {HTMLFormElement} form @param {Pad} pad @param {Account} account @param {CustomEvent} event the record's body, before it is saved */
function sign(form, pad, account, event) {
  const data = new FormData(form);
  const words = (/** @type {string} */ name) => String(data.get(name) ?? '').trim();
  const charge = account.charge();
  event.detail.signed = {
    charge: digest(charge), strokes: pad.strokes, shown: account.shown(charge), name: words('name'), stars: Number(words('stars')) || null, words: words('words'),
  };
}
