/**
 * Forms that record something in the field go into the outbox instead of over the network:
 *   <form data-outbox="note|correction|duty|round-step|…" action="…"
 *         data-form="<key of its draft; default: kind + address>"  data-then="/rounds/…" (where to go when saved; none: stay)
 *         data-about='{"round": "…", "checkpoint": "…", "name": "…", "place": "…"}'  data-after="<record id> …"  data-position (ask for it)>
 *   Fields `body.x` become body.x (numbers and check boxes keep their type; body.answers.q1 nests; empty → null), `note` the note,
 *   `supersedes` that, and <input type="file" name="photos"> the photos. The pressed button's name and value count too.
 *   data-needs="body.x body.y" at a button: one of these fields has something in it, or nothing is saved.
 *   `rounds:body` {detail: the body} goes to the form before the record is saved: a page may fill in more, or cancel it.
 *   data-autosave: closing the camera saves what was taken; data-under: a selector; the last picture it finds lies over the viewfinder.
 *   [data-form-state] (role="status") says "Saved on this phone" or why not. With photos: [data-take] opens the camera in the page,
 *   [data-photo-list] shows the photos, data-site is the site's name for what is burnt into them (templates/photos/_camera.html).
 */
import { dropDraft, loadDraft, newId, record, saveDraft, subscribe } from '../outbox/queue.js';
import { recordById } from '../outbox/store.js';
import { currentPack } from '../pack.js';
import { Shots } from '../scan/shots.js';
import { t } from '../words.js';
import { bodyOf, fill, typedNames, valuesOf } from './form-values.js';

/** @import { Position } from '../types' */

const POSITION_MS = 1_500;
const DRAFT_MS = 400;
const SENT_MS = 2_000;
/** @type {Record<string, string>} */
const REASONS = { PhoneFull: 'form.full', NobodySignedIn: 'form.nobody', NeedsUpdate: 'form.update-first' };
/** @type {Record<string, string>} */
const PHOTO_REASONS = { PhoneFull: 'camera.full', TooMany: 'camera.enough' };

/** Takes over every form of this document that was not taken over yet. */
export function takeOverForms() {
  for (const form of document.querySelectorAll('form[data-outbox]:not([data-taken])')) new RecordForm(/** @type {HTMLFormElement} */ (form)).start();
}

class RecordForm {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    form.dataset.taken = '';
    this.kind = form.dataset.outbox ?? '';
    this.key = form.dataset.form ?? `${this.kind} ${location.pathname}`;
    /** Born with the form, so that a double tap, a reload or a way back is still the same record. */
    this.id = newId();
    const list = /** @type {HTMLElement | null} */ (form.querySelector('[data-photo-list]'));
    /** @type {Shots | null} */ this.shots = list && new Shots(list, { facts: () => this.facts(), onChange: () => this.changed() });
    this.person = '';
    this.dirty = false;
    this.saving = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @type {Promise<unknown>} photos still being made smaller */ this.busy = Promise.resolve();
    /** @type {Promise<void>} its draft is back in it */ this.restored = Promise.resolve();
  }

  start() {
    const { form } = this;
    form.addEventListener('input', () => this.touch());
    form.addEventListener('change', (event) => this.busy = this.busy.then(() => this.take(event.target)));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.save(/** @type {HTMLButtonElement | null} */ (event.submitter)).catch(console.error); });
    // The camera app may push this page out of memory: what was typed must be down before it opens.
    form.addEventListener('click', (event) => {
      const target = /** @type {Element} */ (event.target);
      if (target.closest('input[type=file], .picker, [data-take]')) this.flush();
      if (target.closest('[data-take]')) this.shots?.take(form.querySelector('input[type=file]'), { under: this.under(), done: () => this.taken() }).catch(console.error);
    });
    if (this.shots) currentPack().then((pack) => { this.person = pack?.person.name ?? ''; }).catch(console.error);
    document.addEventListener('visibilitychange', () => this.flush());
    document.addEventListener('rounds:flush', (event) => /** @type {CustomEvent} */ (event).detail.push(this.busy.then(() => this.flush())));
    this.restored = this.restore().catch(console.error).then(() => { this.takeChosen(); form.dispatchEvent(new Event('rounds:taken')); });
  }

  /** What was typed before this script came wins over the draft, and is kept like everything else. */
  async restore() {
    const draft = await loadDraft(this.key);
    const typed = typedNames(this.form);
    if (draft) {
      this.id = draft.id;
      for (const photo of draft.photos) this.shots?.show(photo);
      fill(this.form, Object.fromEntries(Object.entries(draft.values).filter(([name]) => !typed.has(name))));
    }
    if (typed.size) this.touch();
  }

  /** Photos chosen before this script came: of those nobody was told. */
  takeChosen() {
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.form.querySelectorAll('input[type=file]'))) {
      if (input.files?.length) this.busy = this.busy.then(() => this.take(input));
    }
  }

  touch() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), DRAFT_MS);
  }

  /** Never throws: what cannot be kept as a draft is still in the form. */
  async flush() {
    clearTimeout(this.timer);
    if (!this.dirty || this.saving) return;
    await this.keep().catch((error) => console.error('draft', error));
  }

  async keep() {
    this.dirty = false;
    await saveDraft(this.key, { id: this.id, values: valuesOf(this.form), photos: this.shots?.photos ?? [] });
  }

  /** Photos are kept at once: the phone may close this page to make room for the next one. */
  changed() {
    this.dirty = true;
    clearTimeout(this.timer);
    return this.keep();
  }

  /** What is burnt into a photo. @returns {import('../scan/shots.js').Facts} */
  facts() {
    const { about, site } = this.form.dataset;
    const { name = '', place = '' } = about ? JSON.parse(about) : {};
    return { name, place, site, person: this.person, id: this.id };
  }

  /** @returns {string} address of the photo that the next one is compared with; '' for none */
  under() {
    const { under } = this.form.dataset;
    return under ? /** @type {HTMLImageElement[]} */ ([...document.querySelectorAll(under)]).at(-1)?.src ?? '' : '';
  }

  /** The camera is closed: where that is all there is to say, the photos are saved without another tap. */
  taken() {
    if ('autosave' in this.form.dataset && this.shots?.photos.length) this.form.requestSubmit();
  }

  /** @param {EventTarget | null} input */
  async take(input) {
    if (!(input instanceof HTMLInputElement) || input.type !== 'file') return;
    try {
      await this.shots?.add([...(input.files ?? [])]);
      this.taken();
    } catch (error) {
      console.error('photo', error);
      this.say(PHOTO_REASONS[/** @type {Error} */ (error).name] ?? 'form.photo-failed', 'bad');
    }
    input.value = ''; // the same file may be chosen again
  }

  /** @param {HTMLButtonElement | null} button */
  async save(button) {
    if (this.saving) return;
    this.saving = true;
    clearTimeout(this.timer);
    /** @type {Word | undefined} */ let word;
    try {
      await this.restored;
      await this.busy;
      const { about, after, then, position } = this.form.dataset;
      const values = valuesOf(this.form, button);
      const needs = button?.dataset.needs?.split(' ');
      if (needs && !needs.some((name) => String(values[name] ?? '').trim())) return this.say('form.say-something', 'bad');
      const body = bodyOf(this.form, values);
      if (!this.form.dispatchEvent(new CustomEvent('rounds:body', { cancelable: true, detail: body }))) return;
      const place = position === undefined ? null : await quickPosition();
      word = new Word(this.id);
      await record(this.kind, body, {
        id: this.id, photos: this.shots?.photos ?? [], position: place, note: String(values.note ?? ''), supersedes: values.supersedes || null,
        after: after ? after.split(' ') : [], about: about ? JSON.parse(about) : {},
      });
      await dropDraft(this.key).catch(console.error);
      this.say('form.saved', 'good');
      this.form.dispatchEvent(new CustomEvent('rounds:saved', { bubbles: true, detail: { id: this.id } }));
      if (!then) return this.clear();
      await word.heard();
      location.assign(then);
    } catch (error) {
      console.error('not saved', error);
      this.say(REASONS[/** @type {Error} */ (error).name] ?? 'form.failed', 'bad');
    } finally {
      word?.stop();
      this.saving = false;
    }
  }

  clear() {
    this.form.reset();
    this.shots?.clear();
    Object.assign(this, { id: newId(), dirty: false });
  }

  /** @param {string} key @param {string} kind */
  say(key, kind) {
    const place = /** @type {HTMLElement | null} */ (this.form.querySelector('[data-form-state]') ?? document.getElementById('announce'));
    if (!place) return;
    place.hidden = false;
    place.dataset.kind = kind;
    (place.querySelector('[data-words]') ?? place).textContent = t(key);
    if (kind === 'bad') place.scrollIntoView({ block: 'nearest' }); // under thirty photos nobody would see it
  }
}

/** What becomes of a record on its way: the next page is the server's, and would show what is past if that had not heard of it yet.
 * Listens from before the record is saved: without a server the courier gives up while the form is still being put away.
 */
class Word {
  /** @param {string} id */
  constructor(id) {
    /** @type {Promise<void>} */ this.come = new Promise((resolve) => {
      this.stop = subscribe(async (news) => {
        if (news.type === 'status' && news.status.trouble) resolve();
        if (news.type === 'change' && news.ids.includes(id) && (await recordById(id))?.receipt) resolve();
      });
    });
  }

  /** Until the server has it, or cannot be reached; a moment at most. @returns {Promise<void>} */
  heard() {
    return Promise.race([this.come, new Promise((resolve) => setTimeout(resolve, navigator.onLine === false ? 0 : SENT_MS))]);
  }
}

/** Where we are, if that is allowed already and known at once: asking must never hold up a record. @returns {Promise<Position | null>} */
async function quickPosition() {
  const permission = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null);
  if (!navigator.geolocation || permission?.state === 'denied') return null;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), POSITION_MS);
    navigator.geolocation.getCurrentPosition(({ coords, timestamp }) => {
      clearTimeout(timer);
      const { latitude: lat, longitude: lon, accuracy } = coords;
      resolve({ lat, lon, accuracy_m: Math.round(accuracy), at: new Date(timestamp).toISOString() });
    }, () => { clearTimeout(timer); resolve(null); }, { enableHighAccuracy: true, maximumAge: 15_000, timeout: POSITION_MS });
  });
}
