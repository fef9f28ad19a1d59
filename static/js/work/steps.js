/**
 * Where this phone's own steps bring a work order before the server has heard of them, and which steps come next. Pure.
 * The server's fold (webapp/work_orders/states.py) is the truth; this says the same for one person's steps
 * (tests/js/vectors/work.json holds both to it).
 *
 * @typedef {{state: string, mine: boolean}} Where  mine: it is this person's to do
 */
const OVER = ['finished', 'verified', 'cancelled'];
/** @type {Record<string, string>} */
const LEADS_TO = {
  on_the_way: 'on_the_way', on_site: 'on_site', start: 'running', pause: 'paused',
  need_parts: 'waiting_parts', need_contractor: 'waiting_contractor', resume: 'running',
};
const STEPS_BACK = ['on_site on_the_way', 'running on_the_way', 'running on_site'];
/** @type {Record<string, string[]>} the likeliest first */
const NEXT = {
  assigned: ['accept', 'on_the_way', 'on_site', 'decline', 'hand_over'],
  accepted: ['on_the_way', 'on_site', 'start', 'hand_over', 'decline'],
  on_the_way: ['on_site', 'start', 'need_parts', 'need_contractor', 'hand_over'],
  on_site: ['start', 'finish', 'part_finish', 'need_parts', 'need_contractor', 'hand_over'],
  running: ['finish', 'pause', 'need_parts', 'need_contractor', 'part_finish', 'hand_over'],
  paused: ['resume', 'finish', 'part_finish', 'need_parts', 'need_contractor', 'hand_over'],
  waiting_parts: ['resume', 'on_the_way', 'part_finish', 'finish', 'need_contractor', 'hand_over'],
  waiting_contractor: ['resume', 'on_the_way', 'finish', 'part_finish', 'need_parts', 'hand_over'],
};

/** @param {Where} from @param {Iterable<string>} verbs this person's, in order @returns {Where} */
export function advance(from, verbs) {
  let where = { state: from.state, mine: from.mine };
  for (const verb of verbs) where = taken(where, verb);
  return where;
}

/** @param {Where} where @param {string} verb @returns {Where} */
function taken(where, verb) {
  const { state, mine } = where;
  const nobodys = state === 'new' || state === 'offered';
  if (OVER.includes(state)) return where;
  if (verb === 'take' || verb === 'accept') return nobodys || (mine && state === 'assigned') ? { state: 'accepted', mine: true } : where;
  if (verb === 'decline') return mine ? { state: 'new', mine: false } : where;
  if (verb === 'hand_over') return { state: 'assigned', mine: false };
  if (verb === 'finish' || verb === 'part_finish') return { state: 'finished', mine: mine || nobodys };
  const to = LEADS_TO[verb];
  if (!to || to === state || STEPS_BACK.includes(`${state} ${to}`)) return where;
  return { state: to, mine: mine || nobodys };
}

/** What a page offers, the likeliest first. @param {Where} where @returns {string[]} */
export function nextVerbs({ state, mine }) {
  if (state === 'offered' && !mine) return ['take'];
  return mine ? NEXT[state] ?? [] : [];
}
