/**
 * The scan page: camera, reader, recorder and sheet, wired together.
 *
 * Marks for measuring, on the performance timeline: `scan:frame` (the page had the frame that was read), `scan:saved`
 * (record on disk), `scan:shown` (painted); each with detail {code}.
 */
import { dropDraft, loadDraft, newId, record, saveDraft } from '../outbox/queue.js';
import { Camera } from '../scan/camera.js';
import { normalise, parseLabel } from '../scan/code.js';
import { judge } from '../scan/judge.js';
import { ScanLoop } from '../scan/loop.js';
import { PositionWatch } from '../scan/position.js';
import { openReader, readPhoto } from '../scan/reader.js';
import { Recorder } from '../scan/recorder.js';
import { Sheet } from '../scan/sheet.js';
import { signal, unlockSound } from '../scan/sound.js';
import { part } from '../scan/templates.js';
import { today } from '../scan/today.js';
import { aimIn, showCameraState, showControls } from '../scan/viewfinder.js';
import { t } from '../words.js';

/** @typedef {import('../scan/recorder.js').Outcome} Outcome */
/** @typedef {import('../scan/recorder.js').Scan} Scan */

const DRAFT = 'scan';
/** @type {Record<string, string>} */
const UNSAVED = { PhoneFull: 'scan.phone-full', NobodySignedIn: 'scan.sign-in', NeedsUpdate: 'scan.update-first' };
const TOAST_MS = 3500;
const LEARN_MS = 5 * 60_000;
const FIRST_LIST_MS = 4_000;
const drafts = { save: saveDraft.bind(null, DRAFT), drop: dropDraft.bind(null, DRAFT) };

class ScanPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.asked = new URLSearchParams(location.search);
    this.position = new PositionWatch();
    /** @type {ScanLoop | null} */
    this.loop = null;
    /** @type {Sheet | null} */
    this.sheet = null;
    this.toastTimer = 0;
    /** @type {Promise<void>} what is known of today: no label is judged before */ this.known = Promise.resolve();
    this.looking = false;
    this.camera = new Camera(/** @type {HTMLVideoElement} */ (part(root, 'video')), (state) => this.cameraIs(state));
    this.recorder = new Recorder({ save: record, newId, pack: null, active: this.asked.get('round') });
  }

  async start() {
    this.listen();
    // The camera and the reader take longest: they start first, what is known of today arrives meanwhile.
    this.known = this.learn().then(() => this.firstList());
    void this.openLoop();
    await this.known;
    await this.resume();
    await this.fromLink();
    setInterval(() => void this.learn(), LEARN_MS);
    void this.position.startIfAllowed();
  }

  /** Again at each return to the page: rounds begin and end while the scanner stays open in a pocket. */
  async learn() {
    try {
      const { pack, scans, orders, fares } = await today();
      this.recorder.orders = orders;
      this.recorder.fares = fares;
      this.recorder.pack = pack;
      this.recorder.remember(scans);
    } catch (error) {
      console.error(error); // the phone's memory does not open: recording will say so itself
    }
  }

  /** On a phone that has just been signed in on, today's list is still on its way: a label read before it would look unknown. */
  async firstList() {
    if (this.recorder.pack || navigator.onLine === false) return;
    await new Promise((resolve) => {
      document.addEventListener('rounds:pack', resolve, { once: true });
      setTimeout(resolve, FIRST_LIST_MS);
    });
    await this.learn();
  }

  async openLoop() {
    const opening = this.camera.open();
    try {
      const reader = await openReader();
      await this.known;
      this.loop = new ScanLoop({
        video: this.camera.video,
        reader,
        aim: () => this.aim(),
        onReading: (reading) => void this.read(reading),
        onFailure: (error) => console.error(error),
      });
    } catch (error) {
      console.error(error);
      await opening;
      this.camera.close();
      return showCameraState(this.root, 'unreadable');
    }
    await opening;
    this.cameraIs(this.camera.state);
  }

  aim() {
    const { video } = this.camera;
    const picture = { width: video.videoWidth, height: video.videoHeight };
    return aimIn(picture, video.getBoundingClientRect(), part(this.root, 'frame').getBoundingClientRect());
  }

  /** @param {import('../scan/camera.js').CameraState} state */
  cameraIs(state) {
    showCameraState(this.root, state);
    if (state === 'live') showControls(this.root, this.camera);
    this.pace();
  }

  /** Reads while there is a picture and nobody is filling in a form. */
  pace() {
    const typing = /** @type {HTMLDialogElement} */ (part(this.root, 'typed')).open;
    if (this.camera.state === 'live' && !typing && !this.sheet?.occupied) this.loop?.start();
    else this.loop?.stop();
  }

  /** @param {import('../scan/loop.js').Reading} reading */
  async read({ text, frame, shownAt }) {
    const code = parseLabel(text);
    if (!code) {
      signal('refused');
      return this.toast(t('scan.not-ours'));
    }
    if (code === this.sheet?.outcome.code && this.sheet.mode !== 'done') return; // the label of the open sheet, looked at again
    performance.mark('scan:frame', { startTime: shownAt, detail: { code } });
    const saved = await this.record({ code, method: 'camera', frame, position: this.position.last() });
    if (!saved) this.loop?.sightings.forget(text);
  }

  /**
   * @param {Scan} scan
   * @returns {Promise<boolean>} whether it is on disk
   */
  async record(scan) {
    await this.known;
    if (this.asked.has('duty')) return this.clock(scan);
    try {
      const outcome = await this.recorder.scan(scan);
      performance.mark('scan:saved', { detail: { code: scan.code } });
      this.show(outcome);
      return true;
    } catch (error) {
      console.error(error);
      signal('refused');
      this.toast(t(UNSAVED[/** @type {Error} */ (error).name] ?? 'scan.not-saved'));
      return false;
    }
  }

  /**
   * /scan?duty=on|off: the label is a post's, where somebody clocks on or off. One reading, and back to the day.
   * @param {Scan} scan
   * @returns {Promise<boolean>} whether it is on disk
   */
  async clock({ code, position = null }) {
    const verb = this.asked.get('duty') === 'off' ? 'off' : 'on';
    const { checkpoint } = judge(this.recorder.pack, code, { at: Date.now(), scans: [] });
    try {
      await record('duty', { verb, code, site: null }, { position, about: { name: checkpoint?.name, place: checkpoint?.place } });
    } catch (error) {
      console.error(error);
      signal('refused');
      this.toast(t(UNSAVED[/** @type {Error} */ (error).name] ?? 'scan.not-saved'));
      return false;
    }
    signal('saved');
    this.loop?.stop();
    location.assign('/today');
    return true;
  }

  /** @param {Outcome} outcome */
  show(outcome) {
    const { state, label } = outcome.verdict;
    this.open(outcome);
    part(this.root, 'frame').dataset.state = 'found';
    setTimeout(() => delete part(this.root, 'frame').dataset.state, 700);
    signal(label === 'current' && (state === 'on_time' || state === 'late' || state === 'early') ? 'saved' : 'doubt');
    requestAnimationFrame(() => setTimeout(() => performance.mark('scan:shown', { detail: { code: outcome.code } })));
  }

  /** @param {Outcome} outcome */
  open(outcome) {
    const canAsk = this.position.state === 'off';
    this.sheet = new Sheet(outcome, {
      recorder: this.recorder,
      drafts,
      onForm: (open) => {
        // Nothing is aimed at now, and a small screen needs the room; another scan would sweep the form away.
        for (const name of ['frame', 'type']) part(this.root, name).hidden = open;
        this.pace();
      },
      onClose: () => this.closeSheet(),
      position: () => this.position.last(),
      onPosition: canAsk ? () => this.position.start() : null,
      say,
    });
    part(this.root, 'holder').replaceChildren(this.sheet.element);
    part(this.root, 'hint').hidden = true;
    say(`${part(this.sheet.element, 'name').textContent}. ${part(this.sheet.element, 'line').textContent}`);
    this.pace();
    return this.sheet;
  }

  closeSheet() {
    this.sheet = null;
    part(this.root, 'holder').replaceChildren();
    this.cameraIs(this.camera.state);
  }

  /** The phone closed the page under an open form (the camera app does that): put it back as it was. */
  async resume() {
    const draft = await loadDraft(DRAFT);
    if (draft && !this.sheet) this.open(draft.values.outcome).restore(draft);
  }

  /** /scan?code=…, from the page that a label's address opens. Once: a reload is not a second scan. */
  async fromLink() {
    const code = normalise(this.asked.get('code') ?? '');
    if (!this.asked.has('code')) return;
    this.asked.delete('code');
    history.replaceState(history.state, '', `${location.pathname}?${this.asked}`.replace(/\?$/, ''));
    if (code) await this.record({ code, method: 'link', position: this.position.last() });
    else this.toast(t('scan.not-ours'));
  }

  listen() {
    const { root, camera } = this;
    const dialog = /** @type {HTMLDialogElement} */ (part(root, 'typed'));
    const openTyped = () => (dialog.showModal(), this.pace());
    if (this.asked.get('round')) /** @type {HTMLAnchorElement} */ (part(root, 'leave')).href = `/rounds/${this.asked.get('round')}`;
    root.addEventListener('pointerdown', unlockSound, { once: true });
    root.addEventListener('keydown', unlockSound, { once: true });
    part(root, 'retry').addEventListener('click', () => void camera.start());
    part(root, 'type').addEventListener('click', openTyped);
    part(root, 'type-instead').addEventListener('click', openTyped);
    part(root, 'typed-back').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => this.pace());
    // A phone gives its camera to one reader only: while photos are taken this one lets it go.
    document.addEventListener('rounds:camera', (event) => {
      if (/** @type {CustomEvent} */ (event).detail.open) camera.close();
      else void camera.open();
    });
    part(root, 'typed-form').addEventListener('submit', (event) => (event.preventDefault(), void this.typed(dialog)));
    part(root, 'photo').addEventListener('change', (event) => void this.photo(/** @type {HTMLInputElement} */ (event.target)));
    document.addEventListener('rounds:flush', (event) => /** @type {CustomEvent} */ (event).detail.push(this.sheet?.keep()));
    document.addEventListener('rounds:pack', () => void this.learn());
    document.addEventListener('visibilitychange', () => void (document.hidden ? this.sheet?.keep() : this.learn()));
  }

  /** @param {HTMLDialogElement} dialog */
  async typed(dialog) {
    const input = /** @type {HTMLInputElement} */ (dialog.querySelector('[name="code"]'));
    const code = normalise(input.value);
    part(dialog, 'typed-error').hidden = code !== null;
    input.toggleAttribute('aria-invalid', code === null);
    if (!code) return input.focus();
    if (this.looking) return; // a second tap while today's list is still on its way
    this.looking = true;
    const saved = await this.record({ code, method: 'typed', position: this.position.last() }).finally(() => { this.looking = false; });
    if (!saved) return;
    input.value = '';
    dialog.close();
  }

  /**
   * A photo is not the live camera, and the record does not say it was: it counts like a typed code, with the picture.
   * @param {HTMLInputElement} input
   */
  async photo(input) {
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    const found = await readPhoto(file).catch(() => null);
    const code = found && parseLabel(found.text);
    if (!code) return this.toast(t(found ? 'scan.not-ours' : 'scan.photo-unread'));
    await this.record({ code, method: 'typed', frame: found.frame, position: this.position.last() });
  }

  /** @param {string} words */
  toast(words) {
    const toast = part(this.root, 'toast');
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (toast.hidden = true), TOAST_MS);
  }
}

/** For those who do not see the sheet. @param {string} words */
function say(words) {
  const live = document.getElementById('announce');
  if (live) live.textContent = words;
}

const root = /** @type {HTMLElement | null} */ (document.querySelector('[data-scan]'));
if (root) void new ScanPage(root).start();
