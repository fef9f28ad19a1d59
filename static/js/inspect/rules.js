/**
 * What an inspection's answers come to, as `webapp/inspections/rules.py` says it: which questions are asked, what is missing, what fails, the score.
 * tests/js/vectors/inspections.json holds both equal.
 */

/** @typedef {{question: string, equals: (string | boolean | number)[]}} Condition */
/** @typedef {{id: string, kind: string, text: string, text_en: string, required: boolean, weight: number, choices: string[], good: string[],
 *   low: number | null, high: number | null, photo: string, raises: string, severity: string, when: Condition | null, [more: string]: any}} Question */
/** @typedef {{sections: {name: string, name_en: string, questions: Question[]}[], pass_score: number}} Content */
/** @typedef {Record<string, {value?: any, text?: string, photos?: string[], job?: boolean}>} Answers */
/** @typedef {{score: number | null, passed: boolean, findings: {question: string, grade: string}[], missing: string[], odd: string[]}} Verdict */

const WORTH = new Map([['pass', 1], ['flag', 0.5], ['fail', 0]]);
const MOST_SHOWN = 10 ** 12; // no meter has more digits
export const SCORED = new Set(['pass', 'yes_no', 'choice', 'number']);

/** @param {Content} content */
export const questionsOf = (content) => content.sections.flatMap((section) => section.questions);

/** The questions that are asked, given what was answered before them. @param {Content} content @param {Answers} answers */
export function asked(content, answers) {
  /** @type {Set<string>} */ const shown = new Set();
  return questionsOf(content).filter(({ id, when }) => {
    const fits = !when || (shown.has(when.question) && when.equals.includes(answers[when.question]?.value));
    if (fits) shown.add(id);
    return fits;
  });
}

/** Can the question be answered so? @param {Question} question @param {any} value */
export function isAnswer(question, value) {
  switch (question.kind) {
    case 'pass': return WORTH.has(value);
    case 'yes_no': return typeof value === 'boolean';
    case 'choice': return question.choices.includes(value);
    case 'several': return Array.isArray(value) && value.every((one) => question.choices.includes(one));
    case 'reading': return typeof value === 'number' && Number.isFinite(value) && (!question.meter || (value >= 0 && value < MOST_SHOWN));
    case 'number': return typeof value === 'number' && Number.isFinite(value);
    case 'text': return typeof value === 'string' && value.trim() !== '';
    case 'photo': case 'signature': return isThere(value);
    default: return false;
  }
}

/** pass, flag or fail; null for a question that is not judged. @param {Question} question @param {any} value @returns {string | null} */
export function grade(question, value) {
  if (question.kind === 'pass') return value;
  if (question.kind === 'yes_no') return (question.good.length ? question.good : ['yes']).includes(value ? 'yes' : 'no') ? 'pass' : 'fail';
  if (question.kind === 'choice' && question.good.length) return question.good.includes(value) ? 'pass' : 'fail';
  if (question.kind === 'number' && (question.low !== null || question.high !== null)) {
    return value >= (question.low ?? -Infinity) && value <= (question.high ?? Infinity) ? 'pass' : 'fail';
  }
  return null;
}

/** @param {Content} content @param {Answers} answers @returns {Verdict} */
export function judge(content, answers) {
  /** @type {Verdict} */ const verdict = { score: null, passed: false, findings: [], missing: [], odd: [] };
  let got = 0;
  let possible = 0;
  let danger = false;
  for (const question of asked(content, answers)) {
    const value = answers[question.id]?.value;
    if (question.kind === 'instruction') continue;
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)) {
      if (question.required) verdict.missing.push(question.id);
      continue;
    }
    if (!isAnswer(question, value)) {
      verdict.odd.push(question.id);
      continue;
    }
    const graded = grade(question, value);
    if (graded === 'flag' || graded === 'fail') verdict.findings.push({ question: question.id, grade: graded });
    if (graded === 'fail' && question.severity === 'danger') danger = true;
    if (graded !== null && SCORED.has(question.kind) && question.weight) {
      possible += question.weight;
      got += question.weight * (WORTH.get(graded) ?? 0);
    }
  }
  verdict.score = possible ? half(100 * got / possible) : null;
  verdict.passed = !verdict.missing.length && !verdict.odd.length && !danger && (verdict.score === null || verdict.score >= content.pass_score);
  return verdict;
}

/** "All normal": every judged question passes; the others are left to be asked. @param {Content} content @returns {Answers} */
export function allNormal(content) {
  /** @type {Answers} */ const answers = {};
  for (const question of questionsOf(content)) {
    if (question.kind === 'pass') answers[question.id] = { value: 'pass' };
    else if (question.kind === 'yes_no') answers[question.id] = { value: (question.good[0] ?? 'yes') === 'yes' };
    else if (question.kind === 'choice' && question.good.length) answers[question.id] = { value: question.good[0] };
  }
  const shown = new Set(asked(content, answers).map(({ id }) => id));
  return Object.fromEntries(Object.entries(answers).filter(([id]) => shown.has(id)));
}

/** Only these questions, as a re-inspection asks them; all when none of them is in it any more. @param {Content} content @param {string[]} ids @returns {Content} */
export function narrowed(content, ids) {
  const sections = content.sections
    .map((section) => ({ ...section, questions: section.questions.filter(({ id }) => ids.includes(id)).map((one) => ({ ...one, when: null })) }))
    .filter(({ questions }) => questions.length);
  return sections.length ? { ...content, sections } : content;
}

/** Does the answer want a photo that is not there? @param {Question} question @param {{value?: any, photos?: unknown[]}} [answer] */
export function wantsPhoto(question, answer) {
  if (question.kind === 'instruction' || answer?.photos?.length) return false;
  return question.photo === 'always' || (question.photo === 'fail' && isAnswer(question, answer?.value) && grade(question, answer?.value) === 'fail');
}

/** Python rounds halves to the even number. @param {number} value */
function half(value) {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** @param {any} value */
const isThere = (value) => Boolean(value) && !(Array.isArray(value) && !value.length);
