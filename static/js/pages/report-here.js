/**
 * The report of staff: one kept page for every site and label. `?checkpoint=` or `?site=` says where, also without signal.
 * Forms [data-report-site="<slug>"]; [data-where] the choice of place, [data-at] the words of the point when that is known.
 */
import { currentPack } from '../pack.js';

const asked = new URLSearchParams(location.search);
const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll('form[data-report-site]')]);

/** @param {string} slug */
function choose(slug) {
  if (!forms.some((form) => form.dataset.reportSite === slug)) return;
  for (const form of forms) form.hidden = form.dataset.reportSite !== slug;
  for (const link of document.querySelectorAll('[data-sites] a')) {
    if (new URL(/** @type {HTMLAnchorElement} */ (link).href).searchParams.get('site') === slug) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

/** The point is known: nobody is asked for the place again. @param {string} id */
async function at(id) {
  const checkpoint = (await currentPack())?.checkpoints[id];
  if (!checkpoint) return;
  choose(checkpoint.site);
  for (const form of forms.filter(({ dataset }) => dataset.reportSite === checkpoint.site)) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem('body.checkpoint')).value = id;
    /** @type {HTMLElement} */ (form.querySelector('[data-where]')).hidden = true;
    form.dataset.about = JSON.stringify({ name: checkpoint.name, place: checkpoint.place });
    form.dataset.form = `report ${id}`;
  }
  for (const words of document.querySelectorAll('[data-at]')) {
    words.textContent = `${checkpoint.name} · ${checkpoint.place}`;
    /** @type {HTMLElement} */ (words).hidden = false;
  }
  for (const sites of document.querySelectorAll('[data-sites]')) /** @type {HTMLElement} */ (sites).hidden = true;
}

choose(asked.get('site') ?? '');
const id = asked.get('checkpoint');
if (id) await at(id);
