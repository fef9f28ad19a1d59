/**
 * Filling in a checklist: the questions stand in the page, the answers come to a verdict here (js/inspect/rules.js), and all of it is one record.
 * The address says where and why: ?at=<checkpoint>&plan=<plan>&equipment=<id>&again=<inspection>&only=<question,…>
 */
import { dropDraft, loadDraft, newId, record, saveDraft } from '../outbox/queue.js';
import { digestPhotos } from '../outbox/envelope.js';
import { currentPack } from '../pack.js';
import { Sheet } from '../inspect/sheet.js';
import { hereAt } from '../equipment/here.js';
import { keepOffAt } from '../inspect/offers.js';
import { allNormal, asked, judge, narrowed, wantsPhoto } from '../inspect/rules.js';
import { reasonsOf, verdictWords } from '../inspect/telling.js';
import { watch } from '../meter/form.js';
import { t, time } from '../words.js';

/** @import { NewPhoto } from '../types' */
/** @typedef {'list' | 'result'} View */

const DRAFT_MS = 400;
/** @type {Record<string, string>} */
const REASONS = { PhoneFull: 'form.full', NobodySignedIn: 'form.nobody', NeedsUpdate: 'form.update-first' };

class Inspecting {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.facts = JSON.parse(form.dataset.inspect ?? '{}');
    const query = new URLSearchParams(location.search);
    /** @type {Record<string, string>} */ this.types = { ...this.facts.types, '': this.facts.job };
    this.at = query.get('at') ?? '';
    this.plan = query.get('plan');
    this.equipment = query.get('equipment');
    this.isNamed = Boolean(this.equipment);
    this.again = query.get('again');
    const only = (query.get('only') ?? '').split(',').filter(Boolean);
    /** @type {import('../inspect/rules.js').Content} */
    this.content = this.again && only.length ? narrowed(this.facts.content, only) : this.facts.content;
    this.key = `inspect ${this.facts.id} ${this.at} ${this.again ?? ''}`;
    this.id = newId();
    this.person = '';
    this.place = { name: '', place: '' };
    this.single = false;
    this.current = 0;
    this.saving = false;
    /** @type {View} */ this.view = 'list';
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @type {Promise<unknown>} photos on their way */ this.busy = Promise.resolve();
    this.sheet = new Sheet(form, this.content, { facts: () => this.stamped(), onChange: () => this.changed(), onPhoto: () => this.keep(), busy: (work) => { this.busy = this.busy.then(() => work); },
      jobOf: ({ raises }, graded) => graded === 'fail' && this.facts.types[raises] ? '' : this.facts.types[raises] || this.facts.job });
  }

  async start() {
    const { form } = this;
    const known = this.where().then(() => this.restore()).catch(console.error);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => this.changed());
    form.addEventListener('click', (event) => {
      const act = /** @type {Element} */ (event.target).closest('[data-act]')?.getAttribute('data-act');
      if (act) void known.then(() => this.act(act));
    });
    document.addEventListener('visibilitychange', () => void this.keep());
    document.addEventListener('rounds:flush', (event) => /** @type {CustomEvent} */ (event).detail.push(this.busy.then(() => this.keep())));
    this.part('[data-again]').hidden = !this.again;
    await known;
    for (const meter of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-meter]'))) watch(meter);
    this.show();
    form.dataset.ready = '';
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }

  /** The place of the address, by the names that this phone holds; without one it is asked. */
  async where() {
    const pack = await currentPack().catch(() => null);
    this.person = pack?.person.name ?? '';
    const known = pack?.checkpoints[this.at];
    const select = /** @type {HTMLSelectElement} */ (this.part('[name=at]'));
    const option = [...select.options].find(({ value }) => value === this.at);
    this.part('[data-place]').hidden = Boolean(this.at && (known || option));
    if (known) this.place = { name: known.name, place: known.place };
    else if (option) this.place = { name: option.text, place: '' };
    this.tellKeepOff(pack);
    this.askWhich(pack);
    const line = document.querySelector('[data-where]');
    if (line && this.place.name) line.textContent = [this.place.name, this.place.place].filter(Boolean).join(' · ');
    select.addEventListener('change', () => { this.at = select.value; this.place = { name: select.selectedOptions[0]?.text ?? '', place: '' }; this.tellKeepOff(pack); this.askWhich(pack); });
    this.part('[name=machine]').addEventListener('change', (event) => { this.equipment = /** @type {HTMLSelectElement} */ (event.target).value || null; this.part('[data-which-error]').hidden = true; });
  }

  /** Of several machines at one label nobody guesses which was looked at. @param {import('../types').Pack | null} pack */
  askWhich(pack) {
    if (this.isNamed || (this.facts.target !== 'equipment' && !this.facts.class)) return;
    const machines = hereAt(pack, this.at).machines.filter((one) => !this.facts.class || !one.class || one.class === this.facts.class);
    const select = /** @type {HTMLSelectElement} */ (this.part('[name=machine]'));
    select.replaceChildren(select.options[0], ...machines.map(({ id, number, name }) => new Option(`${number} ${name}`, id)));
    this.part('[data-which]').hidden = machines.length < 2;
    this.equipment = machines.length === 1 ? machines[0].id : null;
  }

  get isWhichMissing() {
    return !this.part('[data-which]').hidden && !this.equipment;
  }

  /** @param {import('../types').Pack | null} pack */
  tellKeepOff(pack) {
    const off = keepOffAt(pack, this.at, new Date());
    this.part('[data-off]').hidden = !off;
    if (off) this.part('[data-off] span').textContent = t(off.what ? 'inspect.keep-off-of' : 'inspect.keep-off', { until: time(off.until), what: off.what });
  }

  stamped() {
    return { ...this.place, site: this.facts.site, person: this.person, id: this.id };
  }

  async restore() {
    const draft = await loadDraft(this.key);
    if (!draft) return;
    this.id = draft.id;
    this.single = draft.values.single === true;
    this.current = draft.values.current ?? 0;
    if (!this.at && draft.values.at) {
      this.at = draft.values.at;
      /** @type {HTMLSelectElement} */ (this.part('[name=at]')).value = this.at;
    }
    if (draft.values.equipment && !this.part('[data-which]').hidden) {
      /** @type {HTMLSelectElement} */ (this.part('[name=machine]')).value = draft.values.equipment;
      this.equipment = /** @type {HTMLSelectElement} */ (this.part('[name=machine]')).value || null;
    }
    this.sheet.restore(draft.values, draft.photos);
  }

  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), DRAFT_MS);
    this.show();
  }

  /** Never throws: what cannot be kept as a draft is still in the form. */
  async keep() {
    clearTimeout(this.timer);
    if (this.saving || !this.sheet.touched) return;
    const { single, current, at, equipment } = this;
    const { values, photos } = this.sheet.draft();
    await saveDraft(this.key, { id: this.id, values: { ...values, single, current, at, equipment }, photos }).catch((error) => console.error('draft', error));
  }

  /** @param {string} act */
  async act(act) {
    switch (act) {
      case 'normal': return this.normal();
      case 'result': return this.result();
      case 'questions': return this.become('list');
      case 'mode': this.single = !this.single; return this.show();
      case 'back': this.current -= 1; return this.turn();
      case 'next': return this.next();
      case 'save': return this.save();
    }
  }

  /** What is judged passes; only what cannot be known is left to ask. Answers that were given stay. */
  normal() {
    this.sheet.give({ ...allNormal(this.content), ...this.sheet.answers() });
    this.single = false;
    this.changed();
    this.result();
  }

  next() {
    const shown = asked(this.content, this.sheet.answers());
    if (this.current >= shown.length - 1) return this.result();
    this.current += 1;
    this.turn();
  }

  turn() {
    this.changed();
    const question = asked(this.content, this.sheet.answers())[this.current];
    if (question) this.sheet.focus(question.id);
  }

  /** To the end, unless something is still missing: then there. */
  result() {
    const answers = this.sheet.answers();
    const verdict = judge(this.content, answers);
    const wanting = [...verdict.missing, ...verdict.odd];
    const shots = asked(this.content, answers).filter((question) => wantsPhoto(question, answers[question.id])).map(({ id }) => id);
    this.sheet.pointOut(wanting, shots);
    const first = asked(this.content, answers).find(({ id }) => wanting.includes(id) || shots.includes(id));
    if (!first && !this.at) {
      this.part('[data-place]').hidden = false;
      return this.part('[name=at]').focus();
    }
    if (!first && this.isWhichMissing) {
      this.part('[data-which-error]').hidden = false;
      return this.part('[name=machine]').focus();
    }
    if (!first) return this.become('result');
    this.current = asked(this.content, answers).indexOf(first);
    this.show();
    this.sheet.focus(first.id);
  }

  /** @param {View} view */
  become(view) {
    this.view = view;
    this.show();
    if (view === 'result') this.part('[data-verdict]').focus();
  }

  show() {
    const answers = this.sheet.answers();
    const shown = asked(this.content, answers);
    this.current = Math.max(0, Math.min(this.current, shown.length - 1));
    this.sheet.show(this.single && this.view === 'list' ? shown.slice(this.current, this.current + 1) : shown, answers);
    for (const piece of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll('[data-view]'))) piece.hidden = piece.dataset.view !== this.view;
    const listed = this.view === 'list';
    for (const [act, on] of /** @type {[string, boolean][]} */ ([
      ['normal', listed && !this.single && !this.again && !this.sheet.given(shown)], ['result', listed && !this.single], ['save', !listed], ['questions', !listed],
    ])) this.part(`[data-act=${act}]`).hidden = !on;
    this.part('[data-act=result]').className = this.part('[data-act=normal]').hidden ? 'btn next wide' : 'btn plain wide';
    this.part('[data-steps]').hidden = !listed || !this.single;
    /** @type {HTMLButtonElement} */ (this.part('[data-act=back]')).disabled = this.current === 0;
    this.part('[data-act=mode]').setAttribute('aria-pressed', String(this.single));
    const answered = shown.filter(({ id, kind }) => kind !== 'instruction' && answers[id]?.value !== undefined).length;
    const progress = this.single
      ? t('inspect.step', { n: this.current + 1, all: shown.length }) : t('inspect.progress', { n: answered, all: shown.filter(({ kind }) => kind !== 'instruction').length });
    if (this.part('[data-progress]').textContent !== progress) this.part('[data-progress]').textContent = progress;
    if (!listed) this.tell(answers);
  }

  /** The score with its reasons. @param {import('../inspect/rules.js').Answers} answers */
  tell(answers) {
    const verdict = judge(this.content, answers);
    this.part('[data-verdict]').textContent = verdictWords(verdict);
    const pill = this.part('[data-verdict-pill]');
    pill.dataset.state = verdict.passed ? 'done' : 'missed';
    pill.textContent = t(verdict.passed ? 'inspect.passed' : 'inspect.failed');
    this.part('[data-score]').textContent = verdict.score === null ? '' : t('inspect.score', { score: verdict.score, least: this.content.pass_score });
    this.part('[data-reasons]').replaceChildren(...reasonsOf(this.content, answers, verdict, this.types).map((words) => Object.assign(document.createElement('li'), { textContent: words })));
  }

  async save() {
    if (this.saving) return;
    this.saving = true;
    clearTimeout(this.timer);
    try {
      await this.busy;
      const { answers, photos } = this.complete();
      const { id, at, place } = this;
      const body = { checklist: this.facts.id, version: this.facts.version, checkpoint: at || null, equipment: this.equipment, plan: this.plan, again_of: this.again, answers };
      const note = /** @type {HTMLTextAreaElement} */ (this.part('[name=note]')).value.trim();
      await record('inspection', body, { id, photos, note, about: { checkpoint: at, name: place.name || this.facts.name, place: place.place } });
      await dropDraft(this.key).catch(console.error);
      this.done(judge(this.content, answers), answers);
    } catch (error) {
      console.error('not saved', error);
      const line = this.part('[data-form-error]');
      line.hidden = false;
      this.part('[data-form-error] [data-words]').textContent = t(REASONS[/** @type {Error} */ (error).name] ?? 'form.failed');
      this.saving = false;
    }
  }

  /** Answers of the questions that are asked, each naming its photos by digest. */
  complete() {
    const given = this.sheet.answers();
    /** @type {import('../inspect/rules.js').Answers} */ const answers = {};
    /** @type {NewPhoto[]} */ const photos = [];
    for (const { id, kind } of asked(this.content, given)) {
      if (!given[id]) continue;
      const digests = digestPhotos(this.sheet.photosOf(id)).map(({ sha256 }) => sha256);
      photos.push(...this.sheet.photosOf(id));
      answers[id] = { ...given[id], ...(kind === 'photo' ? { value: digests } : {}), photos: digests };
    }
    return { answers, photos };
  }

  /** @param {import('../inspect/rules.js').Verdict} verdict @param {import('../inspect/rules.js').Answers} answers */
  done(verdict, answers) {
    this.form.hidden = true;
    const saved = /** @type {HTMLElement} */ (document.querySelector('[data-saved]'));
    saved.hidden = false;
    const words = /** @type {HTMLElement} */ (saved.querySelector('[data-saved-words]'));
    words.textContent = [verdictWords(verdict), ...reasonsOf(this.content, answers, { ...verdict, missing: [], odd: [] }, this.types)].join(' · ');
    const live = document.getElementById('announce');
    if (live) live.textContent = t('form.saved');
    scrollTo({ top: 0 });
  }
}

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('[data-inspect]'));
if (form) void new Inspecting(form).start();
