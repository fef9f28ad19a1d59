/** The resident's page: signing a charge by link. */
import { Pad } from '../work/pad.js';

/** @param {string} text @returns {import('../work/pad.js').Strokes} */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll('form[data-sign]'))) {
  const field = /** @type {SVGSVGElement} */ (form.querySelector('[data-pad]'));
  const strokes = /** @type {HTMLInputElement} */ (form.elements.namedItem('strokes'));
  const wanted = /** @type {HTMLElement} */ (form.querySelector('[data-unsigned]'));
  const pad = new Pad(field, () => { strokes.value = JSON.stringify(pad.strokes); if (pad.signed) wanted.hidden = true; });
  if (strokes.value) pad.show(read(strokes.value)); // what came back with a word on what was wrong
  form.querySelector('[data-clear]')?.addEventListener('click', () => pad.clear());
  form.addEventListener('submit', (event) => {
    if (pad.signed) return;
    event.preventDefault();
    wanted.hidden = false;
    wanted.scrollIntoView({ block: 'nearest' });
  });
}
