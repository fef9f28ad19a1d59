/**
 * The questions of a point, built from the page's <template>s and read back as answers.
 *
 * @typedef {{id: string, text: string, kind: 'yes_no' | 'choice' | 'number' | 'text', choices?: string[], unit?: string | null,
 *   required?: boolean}} Question
 * @typedef {Record<string, boolean | number | string>} Answers
 */
import { t } from '../words.js';
import { clone, part } from './templates.js';

/**
 * Required questions come first, so that nobody scrolls for what must be said.
 * @param {Question[]} questions
 * @returns {Question[]}
 */
export function inOrder(questions) {
  return [...questions].sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
}

/**
 * "All normal" answers what has an ordinary answer: yes, or the first choice, which the office writes as the good one.
 * A reading or a sentence cannot be guessed.
 * @param {Question[]} questions
 * @param {Answers} given
 * @returns {Answers}
 */
export function withOrdinary(questions, given) {
  const answers = { ...given };
  for (const { id, kind, choices = [] } of questions) {
    if (id in answers) continue;
    if (kind === 'yes_no') answers[id] = true;
    if (kind === 'choice' && choices.length) answers[id] = choices[0];
  }
  return answers;
}

/**
 * @param {Question[]} questions
 * @param {Answers} answers
 * @returns {Question | null} the first one that must be answered and is not
 */
export function firstMissing(questions, answers) {
  return inOrder(questions).find(({ id, required }) => required && !(id in answers)) ?? null;
}

/**
 * What was filled in. Empty fields are no answers; a number that is none stays out.
 * @param {Question[]} questions
 * @param {FormData} form
 * @returns {Answers}
 */
export function answersIn(questions, form) {
  /** @type {Answers} */
  const answers = {};
  for (const { id, kind } of questions) {
    const value = String(form.get(`q-${id}`) ?? '').trim();
    if (value === '') continue;
    if (kind === 'yes_no') answers[id] = value === 'yes';
    else if (kind !== 'number') answers[id] = value;
    else if (Number.isFinite(Number(value))) answers[id] = Number(value);
  }
  return answers;
}

/**
 * @param {Question} question
 * @returns {HTMLElement}
 */
export function questionField(question) {
  const field = clone(`question-${question.kind}`);
  const name = `q-${question.id}`;
  part(field, 'label').textContent = question.text;
  part(field, 'optional').hidden = Boolean(question.required);
  if (question.kind === 'choice') {
    part(field, 'choices').append(...(question.choices ?? []).map((choice) => choiceField(choice)));
  }
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (field.querySelectorAll('input, textarea'))) {
    input.name = name;
    if (question.kind === 'number' || question.kind === 'text') input.id = `f-${name}`;
  }
  field.querySelector('label[data-part="label"]')?.setAttribute('for', `f-${name}`);
  const unit = field.querySelector('[data-part="unit"]');
  if (unit) unit.textContent = question.unit ?? '';
  return field;
}

/** @param {string} choice */
function choiceField(choice) {
  const field = clone('question-option');
  const input = /** @type {HTMLInputElement} */ (part(field, 'input'));
  input.value = choice;
  part(field, 'word').textContent = choice;
  return field;
}

/**
 * Puts answers back into their fields after the phone closed the page under an open form.
 * @param {HTMLFormElement} form
 * @param {Answers} answers
 */
export function fill(form, answers) {
  for (const [id, answer] of Object.entries(answers)) {
    const value = answer === true ? 'yes' : answer === false ? 'no' : String(answer);
    const field = form.elements.namedItem(`q-${id}`);
    if (field && 'value' in field) field.value = value;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Question} question
 */
export function pointOut(form, question) {
  const field = /** @type {HTMLElement | null} */ (form.querySelector(`[name="q-${CSS.escape(question.id)}"]`));
  const holder = field?.closest('.field');
  holder?.querySelector('.error')?.remove();
  const error = clone('question-error');
  part(error, 'words').textContent = t('scan.answer-first');
  holder?.append(error);
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}
