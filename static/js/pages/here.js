/** What carries a label: its meters to be read, its machines with what is due and how they fare. `?at=<checkpoint>`; `#<id>` brings one into view. */
import { daysUntil, hereAt } from '../equipment/here.js';
import { watch } from '../meter/form.js';
import { currentPack, isPast, refreshPack } from '../pack.js';
import { clone, part } from '../scan/templates.js';
import { t } from '../words.js';

/** @import { Pack, PackMachine, PackMeter } from '../types' */

const PATIENCE_MS = 3000;
const at = new URLSearchParams(location.search).get('at') ?? '';
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });
const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: 'numeric', month: 'short' });

/** @param {Pack} pack @param {string} address  a page that this phone can show */
const reachable = (pack, address) => navigator.onLine !== false || pack.pages.includes(address);

/** @param {HTMLElement} card @param {string} id @param {string} name  its form, made for this one */
function formOf(card, id, name) {
  const form = /** @type {HTMLFormElement} */ (card.querySelector('form'));
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[id]'))) field.id += id;
  for (const label of form.querySelectorAll('label[for]')) label.setAttribute('for', `${label.getAttribute('for')}${id}`);
  for (const field of form.querySelectorAll('[aria-describedby]')) field.setAttribute('aria-describedby', `${field.getAttribute('aria-describedby')}${id}`);
  form.dataset.form = `${form.dataset.outbox} ${id}`;
  form.dataset.about = JSON.stringify({ checkpoint: at, name });
  return form;
}

/** @param {HTMLElement} card @param {Pack} pack @param {string} address */
function lead(card, pack, address) {
  const link = /** @type {HTMLAnchorElement} */ (part(card, 'page'));
  link.href = address;
  link.hidden = !reachable(pack, address);
}

/** @param {Pack} pack @param {PackMeter} meter */
function meterCard(pack, { id, name, number: code, unit, digits, last, last_at: lastAt }) {
  const card = clone('meter');
  const form = formOf(card, id, name);
  card.id = id;
  part(card, 'name').textContent = `${code} ${name}`;
  part(card, 'last').textContent = last ? t('here.last', { figure: `${number.format(Number(last))} ${unit}`, day: day.format(new Date(lastAt ?? '')) }) : '';
  /** @type {HTMLInputElement} */ (form.elements.namedItem('body.meter')).value = id;
  const words = form.querySelector('.unit > span');
  if (words) words.textContent = unit;
  Object.assign(form.dataset, { digits: String(digits) }, last ? { last, lastAt } : {});
  watch(form);
  lead(card, pack, `/meters/items/${id}`);
  return card;
}

/** @param {Pack} pack @param {boolean} alone @param {PackMachine} machine */
function machineCard(pack, alone, { id, name, number: code, status, due }) {
  const card = clone('machine');
  const root = /** @type {HTMLElement} */ (card.querySelector('[data-machine]'));
  Object.assign(root.dataset, { machine: id, machineStatus: status, made: pack.made_at });
  card.id = id;
  part(card, 'name').textContent = `${code} ${name}`;
  part(card, 'due').replaceChildren(...due.map((each) => Object.assign(document.createElement('li'), { textContent: dueWords(each) })));
  part(card, 'due').hidden = due.length === 0;
  /** @type {HTMLInputElement} */ (formOf(card, id, name).elements.namedItem('body.equipment')).value = id;
  const pill = /** @type {HTMLTemplateElement | null} */ (card.querySelector(`template[data-status="${CSS.escape(status)}"]`));
  if (pill) card.querySelector('[data-status-pill]')?.replaceChildren(pill.content.cloneNode(true));
  for (const piece of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll('[data-while]'))) piece.hidden = !piece.dataset.while?.split(' ').includes(status);
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (card.querySelectorAll('[data-while] input'))) field.disabled = Boolean(field.closest('[hidden]'));
  /** @type {HTMLDetailsElement} */ (card.querySelector('details')).open = alone || location.hash === `#${id}`;
  lead(card, pack, `/equipment/items/${id}`);
  return card;
}

/** @param {{name: string, on: string}} due */
function dueWords({ name, on }) {
  const days = daysUntil(on, new Date());
  return days < 0 ? t('here.overdue', { name, n: -days }) : t('here.due', { name, day: day.format(new Date(`${on}T12:00`)) });
}

const known = await currentPack();
const isGood = Boolean(known?.here) && !isPast(/** @type {Pack} */ (known));
// A copy that is past is better than an empty page: the network gets a moment.
if (!isGood) await Promise.race([refreshPack({ now: true }).catch(console.error), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
const pack = isGood ? known : await currentPack();
const { machines, meters } = hereAt(pack, at);
const place = pack?.checkpoints[at];
if (place) {
  for (const words of document.querySelectorAll('[data-here-name]')) words.textContent = place.name;
  for (const words of document.querySelectorAll('[data-here-place]')) words.textContent = `${place.number} · ${place.place}`;
  for (const link of document.querySelectorAll('[data-here-report]')) link.setAttribute('href', `/report?checkpoint=${at}`);
}
if (pack) document.querySelector('[data-here]')?.replaceChildren(...meters.map((meter) => meterCard(pack, meter)), ...machines.map((machine) => machineCard(pack, machines.length === 1, machine)));
for (const nothing of document.querySelectorAll('[data-here-nothing]')) /** @type {HTMLElement} */ (nothing).hidden = machines.length + meters.length > 0;
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
