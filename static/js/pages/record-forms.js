/**
 * Forms that record something in the field go into the outbox instead of over the network:
 *   <form data-outbox="note|correction|duty|round-step|…" action="…"
 *         data-form="<key of its draft; default: kind + address>"  data-then="/rounds/…" (where to go when saved; none: stay)
 *         data-about='{"round": "…", "checkpoint": "…", "name": "…", "place": "…"}'  data-after="<record id> …"  data-position (ask for it)>
 *   Fields `body.x` become body.x (numbers and check boxes keep their type; body.answers.q1 nests; empty → null), `note` the note,
 *   `supersedes` that, and <input type="file" name="photos"> the photos. The pressed button's name and value count too.
 *   [data-form-state] (role="status") says "Saved on this phone" or why not; [data-photo-list] names the photos chosen so far.
 */
import { dropDraft, loadDraft, newId, record, saveDraft, subscribe } from '../outbox/queue.js';
import { recordById } from '../outbox/store.js';
import { compressPhoto } from '../photo.js';
import { t } from '../words.js';
import { bodyOf, fill, valuesOf } from './form-values.js';

/** @import { NewPhoto, Position } from '../types' */

const POSITION_MS = 1_500;
const DRAFT_MS = 400;
const SENT_MS = 2_000;
/** @type {Record<string, string>} */
const REASONS = { PhoneFull: 'form.full', NobodySignedIn: 'form.nobody', NeedsUpdate: 'form.update-first' };

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
    /** @type {NewPhoto[]} */ this.photos = [];
    this.dirty = false;
    this.saving = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @type {Promise<unknown>} photos still being made smaller */ this.busy = Promise.resolve();
  }

  start() {
    const { form } = this;
    form.addEventListener('input', () => this.touch());
    form.addEventListener('change', (event) => this.busy = this.busy.then(() => this.take(event.target)));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.save(/** @type {HTMLButtonElement | null} */ (event.submitter)).catch(console.error); });
    // The camera app may push this page out of memory: what was typed must be down before it opens.
    form.addEventListener('click', (event) => { if (/** @type {Element} */ (event.target).closest('input[type=file], .picker')) this.flush(); });
    document.addEventListener('visibilitychange', () => this.flush());
    document.addEventListener('rounds:flush', (event) => /** @type {CustomEvent} */ (event).detail.push(this.busy.then(() => this.flush())));
    this.restore().catch(console.error).then(() => form.dispatchEvent(new Event('rounds:taken')));
  }

  async restore() {
    const draft = await loadDraft(this.key);
    if (!draft || this.dirty) return;
    this.id = draft.id;
    this.photos = draft.photos;
    fill(this.form, draft.values);
    this.showPhotos();
  }

  touch() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), DRAFT_MS);
  }

  async flush() {
    clearTimeout(this.timer);
    if (!this.dirty || this.saving) return;
    this.dirty = false;
    await saveDraft(this.key, { id: this.id, values: valuesOf(this.form), photos: this.photos }).catch((error) => console.error('draft', error));
  }

  /** @param {EventTarget | null} input */
  async take(input) {
    if (!(input instanceof HTMLInputElement) || input.type !== 'file') return;
    const files = [...(input.files ?? [])];
    try {
      for (const file of files) {
        const { data, mime } = await compressPhoto(file);
        this.photos.push({ data, mime });
      }
      input.value = '';
    } catch (error) {
      console.error('photo', error);
      this.say('form.photo-failed', 'bad');
    }
    this.showPhotos();
    this.touch();
    await this.flush();
  }

  showPhotos() {
    for (const list of this.form.querySelectorAll('[data-photo-list]')) list.textContent = this.photos.length ? t('form.photos', { n: this.photos.length }) : '';
  }

  /** @param {HTMLButtonElement | null} button */
  async save(button) {
    if (this.saving) return;
    this.saving = true;
    clearTimeout(this.timer);
    try {
      await this.busy;
      const { about, after, then, position } = this.form.dataset;
      const values = valuesOf(this.form, button);
      const place = position === undefined ? null : await quickPosition();
      await record(this.kind, bodyOf(this.form, values), {
        id: this.id, photos: this.photos, position: place, note: String(values.note ?? ''), supersedes: values.supersedes || null,
        after: after ? after.split(' ') : [], about: about ? JSON.parse(about) : {},
      });
      await dropDraft(this.key).catch(console.error);
      this.say('form.saved', 'good');
      this.form.dispatchEvent(new CustomEvent('rounds:saved', { bubbles: true, detail: { id: this.id } }));
      if (!then) return this.clear();
      await sent(this.id);
      location.assign(then);
    } catch (error) {
      console.error('not saved', error);
      this.say(REASONS[/** @type {Error} */ (error).name] ?? 'form.failed', 'bad');
    } finally {
      this.saving = false;
    }
  }

  clear() {
    this.form.reset();
    Object.assign(this, { id: newId(), photos: [], dirty: false });
    this.showPhotos();
  }

  /** @param {string} key @param {string} kind */
  say(key, kind) {
    const place = /** @type {HTMLElement | null} */ (this.form.querySelector('[data-form-state]') ?? document.getElementById('announce'));
    if (!place) return;
    place.hidden = false;
    place.dataset.kind = kind;
    (place.querySelector('[data-words]') ?? place).textContent = t(key);
  }
}

/** The next page is the server's: it gets a moment to hear of the record first, or it would show what is past.
 * @param {string} id @returns {Promise<void>} */
function sent(id) {
  return new Promise((resolve) => {
    const done = () => { stop(); clearTimeout(timer); resolve(); };
    const timer = setTimeout(done, navigator.onLine === false ? 0 : SENT_MS);
    const stop = subscribe(async (news) => {
      if (news.type === 'status' && news.status.trouble) done();
      if (news.type === 'change' && news.ids.includes(id) && (await recordById(id))?.receipt) done();
    });
  });
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
