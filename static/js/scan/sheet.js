/**
 * The sheet under the camera picture: what was read, and what the person says about it.
 * It appears only when the scan is on this phone's disk; the next read replaces it, an open form keeps it.
 *
 * @typedef {import('./recorder.js').Outcome} Outcome
 * @typedef {'found' | 'issue' | 'withdraw' | 'done'} Mode
 * @typedef {{save: (draft: {id: string, values: Record<string, any>, photos: NewPhoto[]}) => Promise<void>, drop: () => Promise<void>}} Drafts
 */
import { daysUntil, hereAt } from '../equipment/here.js';
import { keepOffAt, offersAt } from '../inspect/offers.js';
import { t, time } from '../words.js';
import { answersIn, fill, firstMissing, inOrder, pointOut, questionField, withOrdinary } from './questions.js';
import { canWithdraw } from './recorder.js';
import { Shots } from './shots.js';
import { clone, part, setIcon } from './templates.js';
import { doneLine, labelWords, markOf, nextWords, placeWords, stateLine } from './telling.js';

/** @import { NewPhoto, Position } from '../types' */

const MOST_HERE = 6; // links: a pump room's label has more machines than a sheet has room
const DUE_SOON = 7;
const DRAFT_MS = 400;
/** @type {Record<string, string>} */
const REASONS = { PhoneFull: 'form.full', NobodySignedIn: 'form.nobody', NeedsUpdate: 'form.update-first' };
/** @type {Record<string, string>} */
const PHOTO_REASONS = { PhoneFull: 'camera.full', TooMany: 'camera.enough' };

export class Sheet {
  /**
   * @param {Outcome} outcome
   * @param {{recorder: import('./recorder.js').Recorder, drafts: Drafts, onForm: (open: boolean) => void,
   *   onClose: () => void, onPosition: (() => void) | null, position: () => Position | null, say: (words: string) => void}} parts
   */
  constructor(outcome, parts) {
    this.outcome = outcome;
    this.parts = parts;
    this.noteId = parts.recorder.newId();
    this.element = clone('sheet');
    this.form = /** @type {HTMLFormElement} */ (part(this.element, 'form'));
    this.questions = /** @type {import('./questions.js').Question[]} */ (outcome.verdict.point?.questions ?? []);
    /** @type {Shots} */
    this.shots = new Shots(part(this.element, 'shots'), {
      facts: () => ({ ...parts.recorder.namesOf(outcome), id: this.noteId }),
      onChange: () => { this.changed(); return this.keep(); }, // at once: Android may close this page for want of room
    });
    /** @type {import('../inspect/offers.js').Offered[]} */ this.offered = [];
    /** @type {Mode} */
    this.mode = 'found';
    this.draftTimer = 0;
    this.describe();
    this.listen();
    this.become('found');
  }

  /** Is the person in the middle of something that the next read must not sweep away? */
  get occupied() {
    return this.mode === 'issue' || this.mode === 'withdraw' || (this.mode === 'found' && Object.keys(this.answers).length > 0);
  }

  get answers() {
    return answersIn(this.questions, new FormData(this.form));
  }

  get text() {
    return String(new FormData(this.form).get('text') ?? '').trim();
  }

  describe() {
    const { outcome, element } = this;
    const mark = markOf(outcome);
    part(element, 'name').textContent = outcome.verdict.checkpoint?.name ?? t('scan.unknown-name');
    part(element, 'line').textContent = stateLine(outcome);
    part(element, 'dot').dataset.state = mark.state;
    setIcon(part(element, 'dot'), mark.icon);
    this.fact('label', labelWords(outcome));
    this.fact('place', placeWords(outcome));
    this.fact('next', nextWords(outcome));
    const off = keepOffAt(this.parts.recorder.pack, outcome.verdict.checkpointId, new Date());
    this.fact('off', off && t(off.what ? 'inspect.keep-off-of' : 'inspect.keep-off', { until: time(off.until), what: off.what }));
    this.describeOrders();
    part(element, 'position').hidden = !this.parts.onPosition;
    part(element, 'questions').replaceChildren(...inOrder(this.questions).map(questionField));
    this.offered = offersAt(this.parts.recorder.pack, outcome.verdict.checkpointId, new Date());
    part(element, 'lists').replaceChildren(...this.offered.map(offer));
    this.describeHere();
  }

  /** Machines and meters that carry the label. A meter alone, outside a round, is what they came for. */
  describeHere() {
    const { element, outcome: { verdict: { checkpointId, round } } } = this;
    const { machines, meters } = hereAt(this.parts.recorder.pack, checkpointId, this.parts.recorder.fares);
    const links = [...meters.map((meter) => hereLink(checkpointId, meter.id, 'chart', t('here.read', { name: meter.name }))),
      ...machines.map((machine) => hereLink(checkpointId, machine.id, 'briefcase', machineWords(machine)))];
    part(element, 'here').replaceChildren(...links.slice(0, MOST_HERE));
    if (!meters.length || round || part(element, 'orders').hasChildNodes()) return;
    links[0].classList.replace('plain', 'next');
    part(element, 'normal').classList.replace('next', 'plain');
  }

  /** Who has work to do here says so with one tap; outside a round that is what they came for. */
  describeOrders() {
    const { outcome, element } = this;
    const { checkpointId, round } = outcome.verdict;
    const orders = this.parts.recorder.ordersAt(outcome);
    const first = orders.length > 0 && !round;
    part(element, 'orders').replaceChildren(...orders.map((order, n) => {
      const button = clone('sheet-order');
      button.dataset.order = order.id;
      button.classList.add(first && n === 0 ? 'next' : 'plain');
      part(button, 'order').textContent = t('scan.there-for', { what: order.text || order.type });
      return button;
    }));
    if (first) part(element, 'normal').classList.replace('next', 'plain');
    const report = /** @type {HTMLAnchorElement} */ (part(element, 'report'));
    report.href = checkpointId ? `/report?checkpoint=${checkpointId}` : '/report';
  }

  /** @param {string} name @param {string | null} words */
  fact(name, words) {
    part(this.element, name).hidden = words === null;
    part(this.element, `${name}-words`).textContent = words;
  }

  listen() {
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', () => this.changed());
    this.element.addEventListener('click', (event) => {
      const act = /** @type {Element} */ (event.target).closest('[data-act]')?.getAttribute('data-act');
      const order = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-order]'))?.dataset.order;
      if (order) void this.arrive(order);
      if (act) void this.act(act);
    });
    const picker = /** @type {HTMLInputElement} */ (part(this.element, 'picker'));
    picker.addEventListener('click', () => void this.keep().catch(console.error)); // Android may close this page under the camera app
    picker.addEventListener('change', () => void this.addPhotos(picker));
    part(this.element, 'take').addEventListener('click', () => {
      void this.keep().catch(console.error);
      void this.shots.take(picker).catch(console.error);
    });
  }

  /** @param {HTMLInputElement} picker */
  async addPhotos(picker) {
    const failed = part(this.element, 'photo-failed');
    failed.hidden = true;
    try {
      await this.shots.add([...(picker.files ?? [])]);
    } catch (error) {
      console.error(error);
      part(failed, 'photo-words').textContent = t(PHOTO_REASONS[/** @type {Error} */ (error).name] ?? 'form.photo-failed');
      failed.hidden = false;
    }
    picker.value = ''; // the same file may be chosen again
  }

  /** @param {string} act */
  act(act) {
    switch (act) {
      case 'normal': return this.normal();
      case 'issue': return this.openIssue();
      case 'save': return this.issue();
      case 'withdraw': return this.become('withdraw');
      case 'withdraw-yes': return this.withdraw();
      case 'back': return this.back();
      case 'position': return this.usePosition();
      case 'close': return this.parts.onClose();
    }
  }

  /** @param {Mode} mode */
  become(mode) {
    this.mode = mode;
    for (const piece of /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll('[data-in]'))) {
      piece.hidden = !(piece.dataset.in ?? '').split(' ').includes(mode);
    }
    part(this.element, 'questions').hidden ||= this.questions.length === 0;
    part(this.element, 'lists').hidden ||= this.offered.length === 0;
    part(this.element, 'here').hidden ||= !part(this.element, 'here').hasChildNodes();
    part(this.element, 'ordinary').hidden ||= !this.questions.some(({ kind }) => kind === 'yes_no' || kind === 'choice');
    part(this.element, 'orders').hidden ||= !part(this.element, 'orders').hasChildNodes();
    part(this.element, 'normal').hidden ||= !this.outcome.verdict.checkpoint; // nothing is known to be normal there
    part(this.element, 'withdraw').hidden ||= !canWithdraw(this.outcome);
    this.parts.onForm(this.occupied);
  }

  openIssue() {
    this.become('issue');
    part(this.element, 'text').focus();
  }

  /** Out of a form: what was typed stays in it, but is no longer unfinished business after a restart. */
  async back() {
    this.become('found');
    clearTimeout(this.draftTimer);
    if (!this.occupied) await this.parts.drafts.drop();
  }

  usePosition() {
    part(this.element, 'position').hidden = true;
    this.parts.onPosition?.();
  }

  /** One tap: everything that has an ordinary answer gets it; only what cannot be guessed is asked for. */
  async normal() {
    const answers = withOrdinary(this.questions, this.answers);
    const missing = firstMissing(this.questions, answers);
    if (missing) return pointOut(this.form, missing);
    await this.put('normal', answers, t('scan.noted-normal'));
  }

  async issue() {
    const missing = firstMissing(this.questions, this.answers);
    if (missing) return pointOut(this.form, missing);
    const wordless = !this.text && this.shots.photos.length === 0;
    part(this.element, 'wordless').hidden = !wordless;
    if (wordless) return part(this.element, 'text').focus();
    await this.put('issue', this.answers, t('scan.noted-issue'));
  }

  /** @param {string} order */
  async arrive(order) {
    await this.saving(() => this.parts.recorder.arrive(this.outcome, order, this.parts.position()), t('scan.arrived'));
    if (this.mode !== 'done') return;
    const open = /** @type {HTMLAnchorElement} */ (part(this.element, 'open-order'));
    open.href = `/work-orders/${order}`;
    open.hidden = false;
  }

  /** @param {'normal' | 'issue'} result @param {Record<string, unknown>} answers @param {string} words */
  async put(result, answers, words) {
    await this.saving(() => this.parts.recorder.note(this.outcome, result, { answers, text: this.text, photos: this.shots.photos, id: this.noteId }), words);
  }

  async withdraw() {
    await this.saving(() => this.parts.recorder.withdraw(this.outcome), t('scan.withdrawn'));
    if (this.mode === 'done') part(this.element, 'dot').dataset.state = 'ended';
  }

  /**
   * Says "saved" only after it is; says what to do when it is not, and keeps the form as it was.
   * @param {() => Promise<unknown>} save
   * @param {string} words
   */
  async saving(save, words) {
    this.element.setAttribute('aria-busy', 'true');
    try {
      await save();
      clearTimeout(this.draftTimer);
      await this.parts.drafts.drop();
      part(this.element, 'line').textContent = doneLine(words);
      part(this.element, 'failed').hidden = true;
      this.become('done');
      this.parts.say(doneLine(words));
    } catch (error) {
      console.error(error);
      part(this.element, 'failed-words').textContent = t(REASONS[/** @type {Error} */ (error).name] ?? 'form.failed');
      part(this.element, 'failed').hidden = false;
    } finally {
      this.element.removeAttribute('aria-busy');
    }
  }

  changed() {
    this.parts.onForm(this.occupied);
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => void this.keep().catch(console.error), DRAFT_MS);
  }

  /** Keeps the unfinished form, photos and all, with what it is about. */
  keep() {
    if (!this.occupied) return Promise.resolve();
    const values = { outcome: this.outcome, mode: this.mode, answers: this.answers, text: this.text };
    return this.parts.drafts.save({ id: this.noteId, values, photos: this.shots.photos });
  }

  /** @param {{id: string, values: Record<string, any>, photos: NewPhoto[]}} draft */
  restore({ id, values, photos }) {
    this.noteId = id;
    fill(this.form, values.answers);
    const text = this.form.elements.namedItem('text');
    if (text && 'value' in text) text.value = values.text;
    for (const photo of photos) this.shots.show(photo);
    this.become(values.mode === 'issue' ? 'issue' : 'found');
  }
}

/** A checklist that this place offers. @param {import('../inspect/offers.js').Offered} offered */
function offer({ list, due, address }) {
  const link = /** @type {HTMLAnchorElement} */ (clone('offer'));
  link.href = address;
  part(link, 'words').textContent = t('inspect.offered', { name: list.name }) + (due ? ` · ${t('inspect.due')}${list.until ? `, ${t('inspect.until', { time: list.until })}` : ''}` : '');
  return link;
}

/** @param {string | null} checkpoint @param {string} id @param {string} icon @param {string} words */
function hereLink(checkpoint, id, icon, words) {
  const link = /** @type {HTMLAnchorElement} */ (clone('here'));
  link.href = `/here?at=${checkpoint}#${id}`;
  setIcon(link, icon);
  part(link, 'words').textContent = words;
  return link;
}

/** What it is, how it fares unless it runs, and what is to be done with it soon. @param {import('../types').PackMachine} machine */
function machineWords({ name, status, due: [first] }) {
  const days = first ? daysUntil(first.on, new Date()) : Infinity;
  const due = days < 0 ? t('here.is-overdue') : days <= DUE_SOON ? t('here.is-due', { n: days }) : '';
  return [name, status === 'running' ? '' : t(`machine.${status}`), due].filter(Boolean).join(' · ');
}
