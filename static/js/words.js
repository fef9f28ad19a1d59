/** The words scripts put on the screen, in the page's language. `t('outbox.unsent', {n: 3})` */

/** @typedef {Record<string, string>} Words */

const lang = globalThis.document?.documentElement.lang ?? 'en';
/** @type {Words} Only one language travels to the phone's memory of this page. */
const words = (await (lang.startsWith('zh') ? import('./words/zh_CN.js') : import('./words/en.js'))).default;
const plurals = new Intl.PluralRules(lang.startsWith('zh') ? 'zh' : 'en');
const day = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric' });
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** @param {string} key @param {Record<string, string | number>} [values] `n` chooses between key.one and key.other where these exist @returns {string} */
export function t(key, values = {}) {
  const form = typeof values.n === 'number' ? words[`${key}.${plurals.select(values.n)}`] ?? words[`${key}.other`] : undefined;
  const text = form ?? words[key];
  if (text === undefined) { console.error(`no words for ${key}`); return key; }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** Hours and minutes as on the wall, with the day before them when it is not today: a phone may keep a record, or a page, for a week.
 * @param {number | string | Date} at */
export function time(at) {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}
