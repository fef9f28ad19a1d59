/**
 * A plan on the desk: checkpoints are dragged onto the picture, or chosen and tapped into place, or moved by keyboard. Each is saved at once.
 * Without this script the form with numbers does the same.
 */
import { isDrag, isOver, moved, spotAt } from '../plan/rules.js';
import { t } from '../words.js';

/** @typedef {import('../plan/rules.js').Spot} Spot */

const sheet = /** @type {HTMLElement | null} */ (document.querySelector('.plan-sheet'));
const marks = /** @type {SVGSVGElement | null} */ (document.querySelector('.plan-marks'));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector('[data-points]'));
const said = /** @type {HTMLElement | null} */ (document.querySelector('[data-said]'));
const stamp = /** @type {HTMLTemplateElement | null} */ (document.getElementById('pin'));
/** @type {string | null} The checkpoint that the next tap on the picture puts there. */
let picked = null;
/** @type {Map<string, Spot | null>} By checkpoint: where the server says that it lies. */
const kept = new Map();
/** One after the other, in the order in which they were made. */
let turn = /** @type {Promise<void>} */ (Promise.resolve());

/** @param {string} words @param {boolean} [wrong] */
function say(words, wrong = false) {
  if (!said) return;
  said.textContent = words;
  said.toggleAttribute('data-wrong', wrong);
}

const pickOf = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ (document.querySelector(`[data-pick="${id}"]`));
const pinOf = (/** @type {string} */ id) => /** @type {SVGSVGElement | null} */ (document.querySelector(`.pin[data-point="${id}"]`));
const gripOf = (/** @type {Element | null} */ pin) => /** @type {SVGGElement | null} */ (pin?.querySelector('g') ?? null);
const box = () => /** @type {HTMLElement} */ (sheet).getBoundingClientRect();
const nameOf = (/** @type {string} */ id) => `${pickOf(id).dataset.number} ${pickOf(id).dataset.name}`;

/** @param {SVGSVGElement} pin @returns {Spot} */
const spotOf = (pin) => ({ x: parseFloat(pin.getAttribute('x') ?? ''), y: parseFloat(pin.getAttribute('y') ?? '') });

/** Shows a checkpoint there, or nowhere. @param {string} id @param {Spot | null} spot @returns {SVGSVGElement | null} */
function show(id, spot) {
  let pin = pinOf(id);
  if (!spot) {
    pin?.remove();
    return null;
  }
  if (!pin) {
    pin = /** @type {SVGSVGElement} */ (/** @type {HTMLTemplateElement} */ (stamp).content.firstElementChild?.cloneNode(true));
    pin.dataset.point = id;
    /** @type {Element} */ (pin.querySelector('text')).textContent = pickOf(id).dataset.number ?? '';
    marks?.append(pin);
    ready(pin);
  }
  pin.setAttribute('x', `${spot.x}%`);
  pin.setAttribute('y', `${spot.y}%`);
  gripOf(pin)?.setAttribute('aria-label', t('plan.point', { name: nameOf(id), x: Math.round(spot.x), y: Math.round(spot.y) }));
  return pin;
}

/** What the list says of it. @param {string} id */
function tell(id) {
  const lies = pickOf(id).querySelector('[data-lies]');
  if (lies) lies.textContent = kept.get(id) ? t('plan.lies') : '';
}

/** @param {string} id @param {Spot | null} spot null: taken off. What cannot be saved lies again where it lay. */
async function save(id, spot) {
  if (!form) return;
  const before = kept.get(id) ?? null;
  if (before && spot && before.x === spot.x && before.y === spot.y) return;
  const fields = new URLSearchParams({ checkpoint: id, ...(spot ? { x: String(spot.x), y: String(spot.y) } : { do: 'off' }) });
  kept.set(id, spot);
  const waits = turn;
  /** @type {() => void} */ let done = () => {};
  turn = new Promise((resolve) => { done = resolve; });
  await waits;
  try {
    const reply = await fetch(form.action, { method: 'POST', body: fields, headers: { Accept: 'application/json' } });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.message);
    say(answer.said);
  } catch (error) {
    if (kept.get(id) === spot) {
      kept.set(id, before);
      show(id, before);
    }
    say(t('plan.not-saved', { name: nameOf(id), why: error instanceof TypeError || error instanceof SyntaxError ? '' : /** @type {Error} */ (error).message }), true);
  } finally {
    done();
  }
  tell(id);
}

/** @param {string | null} id */
function pick(id) {
  picked = id;
  for (const button of document.querySelectorAll('[data-pick]')) button.setAttribute('aria-pressed', String(button.getAttribute('data-pick') === id));
  sheet?.classList.toggle('waits', id !== null);
  if (id) say(t('plan.picked', { name: nameOf(id) }));
}

/** @param {Event} event */
function swallow(event) {
  event.stopPropagation();
  event.preventDefault();
}

/** Follows a pointer from here on. @param {PointerEvent} event @param {string} id @param {boolean} isNew from the list */
function follow(event, id, isNew) {
  const from = { x: event.clientX, y: event.clientY };
  let dragged = false;
  /** @param {PointerEvent} now */
  const move = (now) => {
    if (now.pointerId !== event.pointerId) return;
    dragged ||= isDrag(now.clientX - from.x, now.clientY - from.y);
    if (!dragged) return;
    document.documentElement.classList.add('plan-drag');
    if (isNew && !isOver(box(), now.clientX, now.clientY)) show(id, kept.get(id) ?? null);
    else show(id, spotAt(box(), now.clientX, now.clientY))?.classList.add('dragged');
  };
  /** @param {PointerEvent} now */
  const end = (now) => {
    if (now.pointerId !== event.pointerId) return;
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
    document.documentElement.classList.remove('plan-drag');
    pinOf(id)?.classList.remove('dragged');
    if (!dragged) return;
    const fell = now.type === 'pointerup' && (!isNew || isOver(box(), now.clientX, now.clientY));
    const spot = fell ? spotAt(box(), now.clientX, now.clientY) : kept.get(id) ?? null;
    show(id, spot);
    // The click that follows a drag chooses nothing.
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0);
    if (fell) void save(id, spot);
  };
  addEventListener('pointermove', move);
  addEventListener('pointerup', end);
  addEventListener('pointercancel', end);
}

/** Off the picture, back to the list. @param {SVGSVGElement} pin @param {string} id */
function leave(pin, id) {
  pin.classList.add('leaves');
  pickOf(id).focus();
  pin.remove();
}

/** @param {KeyboardEvent} event @param {SVGSVGElement} pin @param {string} id */
function press(event, pin, id) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const spot = moved(spotOf(pin), event.key, event.shiftKey);
  if (spot) {
    show(id, spot);
    say(t('plan.moved', { x: Math.round(spot.x), y: Math.round(spot.y) }));
  } else if (event.key === 'Enter' || event.key === ' ') void save(id, spotOf(pin));
  else if (event.key === 'Escape') {
    const back = kept.get(id) ?? null;
    if (back) show(id, back);
    else leave(pin, id);
    say(t('plan.back', { name: nameOf(id) }));
  } else if (event.key === 'Delete' || event.key === 'Backspace') {
    leave(pin, id);
    void save(id, null);
  } else return;
  event.preventDefault();
}

/** A point that can be taken hold of. @param {SVGSVGElement} pin */
function ready(pin) {
  const id = pin.dataset.point ?? '';
  const grip = /** @type {SVGGElement} */ (gripOf(pin));
  grip.setAttribute('role', 'button');
  grip.setAttribute('tabindex', '0');
  grip.addEventListener('pointerdown', (event) => {
    if (event.button || picked) return;
    event.preventDefault();
    grip.focus();
    follow(event, id, false);
  });
  grip.addEventListener('keydown', (event) => press(event, pin, id));
  // Who goes on to something else wants it where it is now.
  grip.addEventListener('blur', () => { if (!pin.classList.contains('leaves') && !pin.classList.contains('dragged')) void save(id, spotOf(pin)); });
}

/** Chosen in the list: by keyboard it comes to the middle of the picture and is moved from there; else the next tap says where. @param {MouseEvent} event @param {string} id */
function choose(event, id) {
  if (event.detail === 0) {
    pick(null);
    const pin = pinOf(id) ?? show(id, { x: 50, y: 50 });
    gripOf(pin)?.focus();
    pin?.scrollIntoView({ block: 'center', inline: 'center' });
    say(t('plan.held', { name: nameOf(id) }));
    return;
  }
  pick(picked === id ? null : id);
  if (picked && sheet && box().bottom > innerHeight) sheet.scrollIntoView({ block: 'center' });
  else if (picked && sheet && box().top < 0) sheet.scrollIntoView({ block: 'start' });
}

if (sheet && marks && form) {
  for (const pin of /** @type {NodeListOf<SVGSVGElement>} */ (marks.querySelectorAll('.pin'))) {
    kept.set(pin.dataset.point ?? '', spotOf(pin));
    ready(pin);
    show(pin.dataset.point ?? '', spotOf(pin));
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('[data-pick]'))) {
    const id = button.dataset.pick ?? '';
    button.disabled = false;
    button.addEventListener('click', (event) => choose(event, id));
    // A finger scrolls the list; it chooses by a tap instead.
    button.addEventListener('pointerdown', (event) => { if (event.pointerType !== 'touch' && !event.button) follow(event, id, true); });
  }
  sheet.addEventListener('click', (event) => {
    const id = picked;
    if (!id) return;
    pick(null);
    const spot = spotAt(box(), event.clientX, event.clientY);
    show(id, spot);
    void save(id, spot);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !picked) return;
    pickOf(picked).focus();
    pick(null);
    say('');
  });
  for (const help of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-with-script]'))) help.hidden = false;
}

export {};
