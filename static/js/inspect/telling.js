/** A verdict in words: what came of an inspection, and why. */
import { t } from '../words.js';
import { SCORED, questionsOf } from './rules.js';

/** @typedef {import('./rules.js').Verdict} Verdict */

/** @param {Verdict} verdict */
export function verdictWords({ findings, passed }) {
  if (!findings.length) return t(passed ? 'inspect.all-good' : 'inspect.incomplete');
  return t('inspect.found', { n: findings.length });
}

/** Each thing that cost points, and what follows from it; `types['']` is what a job is of where the question says nothing.
 * @param {import('./rules.js').Content} content @param {import('./rules.js').Answers} answers @param {Verdict} verdict @param {Record<string, string>} types */
export function reasonsOf(content, answers, verdict, types) {
  const questions = new Map(questionsOf(content).map((question) => [question.id, question]));
  const english = document.documentElement.lang === 'en';
  /** @param {string} id */ const name = (id) => { const one = questions.get(id); return (english && one?.text_en) || one?.text || id; };
  const found = verdict.findings.map(({ question, grade }) => {
    const one = questions.get(question);
    const points = one && SCORED.has(one.kind) ? one.weight * (grade === 'fail' ? 1 : 0.5) : 0;
    const parts = [t(`inspect.${grade}`, { what: name(question) })];
    if (points) parts.push(t('inspect.points', { n: points }));
    if (one?.severity === 'danger' && grade === 'fail') parts.push(t('inspect.danger'));
    const type = one?.raises ? types[one.raises] : '';
    if ((grade === 'fail' && type) || answers[question]?.job) parts.push(t('inspect.raises', { type: type || types[''] }));
    if (answers[question]?.text) parts.push(`“${answers[question].text}”`);
    return parts.join(' · ');
  });
  return [...found, ...verdict.missing.map((id) => t('inspect.missing', { what: name(id) }))];
}
