/** A meter's page: what would be usual now, and a word while something unusual is typed. It warns and never stops anybody. */
import { doubtOf, rangeNow } from '../meter/rules.js';

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-outbox="reading"]'));
const input = /** @type {HTMLInputElement | null} */ (form?.querySelector('[data-value]') ?? null);
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

/** What the server knew when it made this page. @param {DOMStringMap} data @returns {import('../meter/rules.js').Usual} */
function usualOf(data) {
  /** @param {string | undefined} text */
  const figure = (text) => text === undefined ? null : Number(text);
  return { digits: Number(data.digits), last: figure(data.last), lastAt: data.lastAt ? Date.parse(data.lastAt) : null, least: figure(data.least), most: figure(data.most) };
}

function look() {
  if (!form || !input) return;
  const usual = usualOf(form.dataset);
  const range = rangeNow(usual, Date.now());
  const expected = /** @type {HTMLElement | null} */ (form.querySelector('[data-expected]'));
  if (expected && range) {
    expected.dataset.words ??= expected.textContent ?? '';
    expected.textContent = expected.dataset.words.replace('#', range.map((value) => number.format(value)).join(' – '));
    expected.hidden = false;
  }
  const doubt = input.value === '' ? null : doubtOf(usual, Number(input.value), Date.now());
  const note = /** @type {HTMLElement} */ (form.querySelector('[data-doubt]'));
  note.hidden = !doubt;
  if (doubt) {
    const words = [`[data-doubt-word="${doubt}"]`, '[data-doubt-end]'].map((which) => document.querySelector(which)?.textContent ?? '');
    /** @type {HTMLElement} */ (note.querySelector('[data-words]')).textContent = words.join('. ').replace('。. ', '。');
  }
}

input?.addEventListener('input', look);
form?.addEventListener('rounds:taken', look); // a draft may have come back into it
look();
