/** The questions of a checklist in the page: what is answered, what is shown, photos and signatures beside them. */
import { Shots } from '../scan/shots.js';
import { Pad } from '../work/pad.js';
import { t } from '../words.js';
import { grade, isAnswer, questionsOf } from './rules.js';

/** @import { NewPhoto } from '../types' */
/** @typedef {import('./rules.js').Question} Question */
/** @typedef {import('./rules.js').Answers} Answers */
/** @typedef {{facts: () => import('../scan/shots.js').Facts, onChange: () => void, onPhoto: () => Promise<unknown>, busy: (work: Promise<unknown>) => void,
 *   jobOf: (question: Question, graded: string) => string}} Parts  jobOf: of what type a job about it would be, "" where none is to be made */

/** @type {Record<string, string>} */
const PHOTO_REASONS = { PhoneFull: 'camera.full', TooMany: 'camera.enough' };

export class Sheet {
  /** @param {HTMLFormElement} form @param {import('./rules.js').Content} content @param {Parts} parts */
  constructor(form, content, parts) {
    this.form = form;
    this.parts = parts;
    this.touched = false;
    /** @type {Map<string, HTMLElement>} */ this.holders = new Map();
    /** @type {Map<string, Shots>} */ this.shots = new Map();
    /** @type {Map<string, Pad>} */ this.pads = new Map();
    /** @type {Map<string, {fields: HTMLInputElement[], words: HTMLTextAreaElement | null}>} */ this.fields = new Map();
    /** @type {Answers} what was answered when last looked: of 150 questions a tap changes one */ this.known = {};
    /** @type {Set<string>} questions of which a job is to be made */ this.jobs = new Set();
    /** @type {Set<string>} questions to look at again */ this.stale = new Set();
    /** @type {Map<string, string | null>} what each question shows of its answer */ this.shown = new Map();
    this.questions = questionsOf(content);
    this.sections = /** @type {HTMLElement[]} */ ([...form.querySelectorAll('[data-section]')]);
    const wanted = new Set(this.questions.map(({ id }) => id));
    for (const holder of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-question]'))) {
      if (wanted.has(holder.dataset.question ?? '')) this.take(holder.dataset.question ?? '', holder);
      else holder.hidden = true;
    }
    for (const { id } of this.questions) this.stale.add(id);
    // Before the page's own listener, which asks for the answers at once.
    form.addEventListener('input', (event) => { this.touched = true; this.forget(/** @type {HTMLInputElement} */ (event.target).name ?? ''); }, true);
  }

  /** A field was changed. @param {string} name `q.<question>` or `t.<question>` */
  forget(name) {
    if (/^[qt]\./.test(name)) this.stale.add(name.slice(2));
  }

  /** @param {string} id @param {HTMLElement} holder */
  take(id, holder) {
    this.holders.set(id, holder);
    const named = (/** @type {string} */ sign) => [...holder.querySelectorAll(`[name="${sign}.${CSS.escape(id)}"]`)];
    this.fields.set(id, { fields: /** @type {HTMLInputElement[]} */ (named('q')), words: /** @type {HTMLTextAreaElement[]} */ (named('t'))[0] ?? null });
    const list = /** @type {HTMLElement | null} */ (holder.querySelector('[data-part=shots]'));
    const picker = /** @type {HTMLInputElement | null} */ (holder.querySelector('input[type=file]'));
    if (list && picker) this.takePhotos(id, holder, list, picker);
    const field = /** @type {SVGSVGElement | null} */ (holder.querySelector('[data-pad]'));
    if (field) {
      const pad = new Pad(field, () => this.change(id));
      this.pads.set(id, pad);
      holder.querySelector('[data-pad-clear]')?.addEventListener('click', () => pad.clear());
    }
    holder.querySelector('[data-open-more]')?.addEventListener('click', () => {
      this.openMore(id);
      /** @type {HTMLElement | null} */ (holder.querySelector('[data-more] textarea, [data-take]'))?.focus();
    });
  }

  /** @param {string} id @param {HTMLElement} holder @param {HTMLElement} list @param {HTMLInputElement} picker */
  takePhotos(id, holder, list, picker) {
    const shots = new Shots(list, { facts: this.parts.facts, onChange: () => { this.change(id); return this.parts.onPhoto(); } });
    this.shots.set(id, shots);
    // The camera app may push this page out of memory: what was answered must be down before it opens.
    holder.querySelector('[data-take]')?.addEventListener('click', () => { void this.parts.onPhoto(); shots.take(picker).catch(console.error); });
    picker.addEventListener('click', () => void this.parts.onPhoto());
    picker.addEventListener('change', (event) => {
      event.stopPropagation();
      const adding = shots.add([...(picker.files ?? [])]).catch((error) => { console.error('photo', error); this.say(id, PHOTO_REASONS[error.name] ?? 'form.photo-failed'); });
      this.parts.busy(adding.then(() => { picker.value = ''; }));
    });
  }

  /** @param {string} id */
  change(id) {
    this.touched = true;
    this.stale.add(id);
    this.parts.onChange();
  }

  /** @param {string} id @returns {NewPhoto[]} */
  photosOf(id) {
    return this.shots.get(id)?.photos ?? [];
  }

  /** What is answered now. Photos stand for themselves; they get their digests when the record is made. @returns {Answers} */
  answers() {
    if (!this.stale.size) return this.known;
    this.known = { ...this.known };
    for (const question of this.questions) if (this.stale.has(question.id)) this.look(question);
    this.stale.clear();
    return this.known;
  }

  /** @param {Question} question */
  look(question) {
    const { id } = question;
    const value = this.valueOf(question);
    const text = this.fields.get(id)?.words?.value.trim() ?? '';
    const photos = this.photosOf(id).map(() => '');
    const job = this.jobs.has(id) ? { job: true } : {};
    delete this.known[id];
    if (value !== undefined || text || photos.length) this.known[id] = { ...(value === undefined ? {} : { value }), text, photos, ...job };
  }

  /** @param {Question} question */
  valueOf({ id, kind }) {
    if (kind === 'photo') return this.photosOf(id).length ? this.photosOf(id).map(() => '') : undefined;
    if (kind === 'signature') return this.pads.get(id)?.signed ? this.pads.get(id)?.strokes : undefined;
    const fields = this.fields.get(id)?.fields ?? [];
    const all = fields.filter(({ type, checked, value }) => (type === 'radio' || type === 'checkbox' ? checked : true) && value.trim() !== '').map(({ value }) => value);
    if (!all.length) return undefined;
    if (kind === 'several') return all;
    if (kind === 'yes_no') return all[0] === 'yes';
    return kind === 'number' || kind === 'reading' ? Number(all[0]) : all[0].trim();
  }

  /** Puts answers into their fields. @param {Answers} answers */
  give(answers) {
    for (const { id, kind } of this.questions) {
      const { value, text, job } = answers[id] ?? {};
      const { fields = [], words = null } = this.fields.get(id) ?? {};
      for (const field of fields) {
        const wanted = kind === 'yes_no' && typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
        if (field.type === 'radio' || field.type === 'checkbox') field.checked = Array.isArray(wanted) ? wanted.includes(field.value) : field.value === wanted;
        else field.value = wanted === undefined ? '' : String(wanted);
      }
      if (words && text) words.value = text;
      if (job) this.jobs.add(id);
      this.stale.add(id);
      const pad = this.pads.get(id);
      if (pad && Array.isArray(value)) { pad.strokes = value; pad.show(); }
    }
    this.touched = true;
  }

  /** @returns {{values: Record<string, any>, photos: NewPhoto[]}} */
  draft() {
    const shots = Object.fromEntries([...this.shots].filter(([, { photos }]) => photos.length).map(([id, { photos }]) => [id, photos.length]));
    const note = /** @type {HTMLTextAreaElement | null} */ (this.form.querySelector('[name=note]'))?.value ?? '';
    return { values: { answers: this.answers(), shots, note }, photos: Object.keys(shots).flatMap((id) => this.photosOf(id)) };
  }

  /** @param {Record<string, any>} values @param {NewPhoto[]} photos */
  restore({ answers = {}, shots = {}, note = '' }, photos) {
    const left = [...photos];
    for (const [id, count] of Object.entries(shots)) for (const photo of left.splice(0, count)) this.shots.get(id)?.show(photo);
    this.give(answers);
    const field = /** @type {HTMLTextAreaElement | null} */ (this.form.querySelector('[name=note]'));
    if (field) field.value = note;
  }

  /** Is everything answered that "all normal" could answer? @param {Question[]} shown */
  given(shown) {
    const answers = this.answers();
    return shown.every(({ id, kind, good }) => !(kind === 'pass' || kind === 'yes_no' || (kind === 'choice' && good.length)) || answers[id]?.value !== undefined);
  }

  /** Shows these questions and no others; words and photos are asked for where something is wrong. @param {Question[]} shown @param {Answers} answers */
  show(shown, answers) {
    const ids = new Set(shown.map(({ id }) => id));
    let moved = false;
    for (const [id, holder] of this.holders) {
      if (holder.hidden !== ids.has(id)) continue;
      holder.hidden = !ids.has(id);
      moved = true;
    }
    if (moved) for (const section of this.sections) section.hidden = !section.querySelector('[data-question]:not([hidden])');
    for (const question of shown) if (answers[question.id] || this.shown.has(question.id)) this.showAnswer(question, answers[question.id] ?? {});
  }

  /** Only what is new is written into the page. @param {Question} question @param {Answers[string]} answer */
  showAnswer(question, { value, text, photos }) {
    const graded = isAnswer(question, value) ? grade(question, value) : null;
    const holder = this.holders.get(question.id);
    if (holder && this.shown.get(question.id) !== graded) {
      holder.dataset.grade = graded ?? '';
      this.offerJob(holder, question, graded);
    }
    this.shown.set(question.id, graded);
    if (graded === 'fail' || graded === 'flag' || text || photos?.length) this.openMore(question.id);
  }

  /** Where something was found one tap makes a job of it, unless its question does so by itself. @param {HTMLElement} holder @param {Question} question @param {string | null} graded */
  offerJob(holder, question, graded) {
    const type = graded === 'fail' || graded === 'flag' ? this.parts.jobOf(question, graded) : '';
    const known = /** @type {HTMLElement | null} */ (holder.querySelector('[data-job]'));
    if (!known && !type) return;
    const offer = known ?? /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (document.getElementById('t-job')).content.firstElementChild?.cloneNode(true));
    const box = /** @type {HTMLInputElement} */ (offer.querySelector('input'));
    if (!known) {
      box.checked = this.jobs.has(question.id);
      box.addEventListener('change', () => { this.jobs[box.checked ? 'add' : 'delete'](question.id); this.change(question.id); });
      holder.querySelector('[data-part=shots]')?.before(offer);
    }
    /** @type {HTMLElement} */ (offer.querySelector('[data-type]')).textContent = type;
    offer.hidden = !type;
  }

  /** @param {string} id */
  openMore(id) {
    const holder = this.holders.get(id);
    const more = /** @type {HTMLElement | null} */ (holder?.querySelector('[data-more]') ?? null);
    const opener = /** @type {HTMLElement | null} */ (holder?.querySelector('[data-open-more]') ?? null);
    if (more?.hidden) more.hidden = false;
    if (opener && !opener.hidden) opener.hidden = true;
  }

  /** @param {string[]} missing @param {string[]} shots */
  pointOut(missing, shots) {
    for (const [id, holder] of this.holders) {
      const line = /** @type {HTMLElement | null} */ (holder.querySelector('[data-error]'));
      if (line) line.hidden = true;
      if (missing.includes(id)) this.say(id, 'scan.answer-first');
      else if (shots.includes(id)) { this.openMore(id); this.say(id, 'inspect.photo-first'); }
    }
  }

  /** @param {string} id @param {string} key */
  say(id, key) {
    const line = /** @type {HTMLElement | null | undefined} */ (this.holders.get(id)?.querySelector('[data-error]'));
    if (!line) return;
    line.hidden = false;
    /** @type {HTMLElement} */ (line.querySelector('[data-words]')).textContent = t(key);
  }

  /** @param {string} id */
  focus(id) {
    const holder = this.holders.get(id);
    holder?.scrollIntoView({ block: 'center' });
    /** @type {HTMLElement | null | undefined} */ (holder?.querySelector('input:not([type=file]), textarea, [data-take]'))?.focus({ preventScroll: true });
  }
}
