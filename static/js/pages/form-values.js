/** A form's values as plain data, and back: for drafts and for a record's body. */
import { localIso } from '../outbox/envelope.js';

/** @typedef {Record<string, any>} Values */

/** @param {HTMLFormElement} form @param {HTMLButtonElement | null} [button] the pressed one counts as a field @returns {Values} */
export function valuesOf(form, button = null) {
  /** @type {Values} */ const values = {};
  for (const field of fields(form)) {
    const { name } = field;
    if (!name || field.disabled || field.type === 'file') continue;
    if (field instanceof HTMLInputElement && field.type === 'checkbox') {
      const all = fields(form).filter((each) => each.name === name);
      values[name] = all.length === 1 ? field.checked : [...(values[name] ?? []), ...(field.checked ? [field.value] : [])];
    } else if (field instanceof HTMLInputElement && field.type === 'radio') values[name] = field.checked ? field.value : (values[name] ?? '');
    else values[name] = field.value;
  }
  if (button?.name) values[button.name] = button.value;
  return values;
}

/** Puts a draft's values back. @param {HTMLFormElement} form @param {Values} values */
export function fill(form, values) {
  for (const field of fields(form)) {
    const value = values[field.name];
    if (value === undefined || field.type === 'file' || field.type === 'hidden') continue;
    if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = Array.isArray(value) ? value.includes(field.value) : value === true;
    else if (field instanceof HTMLInputElement && field.type === 'radio') field.checked = field.value === value;
    else field.value = value;
  }
}

/** The fields that do not say any more what the page came with. @param {HTMLFormElement} form @returns {Set<string>} */
export function typedNames(form) {
  return new Set(fields(form).filter((field) => !/^(hidden|file)$/.test(field.type) && changed(field)).map(({ name }) => name));
}

/** @param {Field} field */
function changed(field) {
  if (field instanceof HTMLSelectElement) return field.value !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

const TEXTS = ['text', 'reason', 'remainder', 'spot', 'phone']; // never null: left empty they say nothing

/** The record's body: `body.answers.q1` becomes {answers: {q1: …}}. Numbers become numbers, local times get their offset; what was left
 * empty is null, in TEXTS ''.
 * @param {HTMLFormElement} form @param {Values} values @returns {Record<string, any>} */
export function bodyOf(form, values) {
  const numbers = new Set(fields(form).filter((field) => field.type === 'number' || field.inputMode === 'decimal').map(({ name }) => name));
  const moments = new Set(fields(form).filter((field) => field.type === 'datetime-local').map(({ name }) => name));
  /** @type {Record<string, any>} */ const body = {};
  for (const [name, value] of Object.entries(values)) {
    const [root, ...path] = name.split('.');
    const last = path.pop();
    if (root !== 'body' || !last) continue;
    let place = body;
    for (const step of path) place = place[step] ??= {};
    place[last] = moments.has(name) && value ? localIso(new Date(value)) : typed(value, numbers.has(name), last);
  }
  return body;
}

/** @param {unknown} value @param {boolean} number @param {string} name */
function typed(value, number, name) {
  if (value === '') return TEXTS.includes(name) ? '' : null;
  return number && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */
/** @param {HTMLFormElement} form @returns {Field[]} */
const fields = (form) => /** @type {Field[]} */ ([...form.elements].filter((element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)));
