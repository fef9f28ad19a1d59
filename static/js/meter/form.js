/** A meter's figure: what would be usual now, and a word while something unusual is typed. It warns and never stops anybody. */
import { doubtOf, rangeNow } from './rules.js';

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

/** What was known when the page or the pack was made. @param {DOMStringMap} data @returns {import('./rules.js').Usual} */
function usualOf(data) {
  /** @param {string | undefined} text */
  const figure = (text) => text === undefined ? null : Number(text);
  return { digits: Number(data.digits), last: figure(data.last), lastAt: data.lastAt ? Date.parse(data.lastAt) : null, least: figure(data.least), most: figure(data.most) };
}

/** Of a meter's form, or of a question of a checklist that reads it. Gives what looks again when a value was put there. @param {HTMLElement} form */
export function watch(form) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector('[data-value]'));
  const look = () => {
    const usual = usualOf(form.dataset);
    showUsual(form, rangeNow(usual, Date.now()));
    showDoubt(form, input.value === '' ? null : doubtOf(usual, Number(input.value), Date.now()));
  };
  input.addEventListener('input', look);
  form.addEventListener('rounds:taken', look); // a draft may have come back into it
  form.addEventListener('reset', () => setTimeout(look));
  look();
  return look;
}

/** @param {HTMLElement} form @param {[number, number] | null} range */
function showUsual(form, range) {
  const expected = /** @type {HTMLElement | null} */ (form.querySelector('[data-expected]'));
  if (!expected || !range) return;
  expected.dataset.words ??= expected.textContent ?? '';
  expected.textContent = expected.dataset.words.replace('#', range.map((value) => number.format(value)).join(' – '));
  expected.hidden = false;
}

/** @param {HTMLElement} form @param {string | null} doubt */
function showDoubt(form, doubt) {
  const note = /** @type {HTMLElement} */ (form.querySelector('[data-doubt]'));
  note.hidden = !doubt;
  if (!doubt) return;
  const words = [`[data-doubt-word="${doubt}"]`, '[data-doubt-end]'].map((which) => document.querySelector(which)?.textContent ?? '');
  /** @type {HTMLElement} */ (note.querySelector('[data-words]')).textContent = words.join('. ').replace('。. ', '。');
}
