/** Around the camera picture: what is the matter with it, torch and zoom. */
import { t } from '../words.js';
import { part } from './templates.js';

/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').CameraState | 'unreadable'} State */

/** States a person must know about, and whether a tap can help. @type {Partial<Record<State, {retry: boolean}>>} */
const TROUBLES = {
  ask: { retry: true },
  denied: { retry: true },
  busy: { retry: true },
  absent: { retry: false },
  insecure: { retry: false },
  unreadable: { retry: false },
};

/**
 * @param {HTMLElement} root
 * @param {State} state
 */
export function showCameraState(root, state) {
  const trouble = TROUBLES[state];
  const sheetOpen = part(root, 'holder').childElementCount > 0;
  part(root, 'trouble').hidden = !trouble || sheetOpen;
  part(root, 'frame').hidden = Boolean(trouble);
  part(root, 'hint').hidden = state !== 'live' || sheetOpen;
  if (state !== 'live') for (const name of ['torch', 'zoom']) part(root, name).hidden = true;
  if (!trouble) return;
  part(root, 'trouble-title').textContent = t(`scan.camera.${state}`);
  part(root, 'trouble-words').textContent = t(`scan.camera.${state}-words`);
  const retry = part(root, 'retry');
  retry.hidden = !trouble.retry;
  const face = retry.querySelector('span');
  if (face) face.textContent = t(state === 'ask' ? 'scan.use-camera' : 'scan.try-again');
}

/**
 * Torch and zoom, where this camera has them.
 * @param {HTMLElement} root
 * @param {Camera} camera
 */
export function showControls(root, camera) {
  const { torch, zoom } = camera.abilities;
  const torchButton = part(root, 'torch');
  torchButton.hidden = !torch;
  torchButton.setAttribute('aria-pressed', 'false'); // a camera starts with its torch off
  torchButton.onclick = async () => {
    const on = torchButton.getAttribute('aria-pressed') !== 'true';
    if (await camera.setTorch(on)) torchButton.setAttribute('aria-pressed', String(on));
  };
  const zoomButton = part(root, 'zoom');
  zoomButton.hidden = !zoom;
  if (zoom) stepZoom(zoomButton, camera, zoomSteps(zoom));
}

/**
 * One button that goes round: a thumb in a glove hits no slider.
 * @param {HTMLElement} button
 * @param {Camera} camera
 * @param {number[]} steps
 */
function stepZoom(button, camera, steps) {
  let at = 0;
  const show = () => {
    const times = steps[at] / steps[0];
    part(button, 'zoom-words').textContent = `${times}×`;
    button.setAttribute('aria-label', t('scan.zoom', { times }));
  };
  show();
  button.onclick = async () => {
    const next = (at + 1) % steps.length;
    if (!(await camera.setZoom(steps[next]))) return;
    at = next;
    show();
  };
}

/**
 * Once, twice and three times the widest view, as far as the camera goes.
 * @param {import('./camera.js').ZoomRange} range
 * @returns {number[]}
 */
export function zoomSteps({ min, max }) {
  return [1, 2, 3].map((times) => min * times).filter((zoom) => zoom <= max);
}

/**
 * Where the frame on the screen lies in the camera's picture. The video covers its box and overflows it on one axis; on an
 * upright phone the frame is well above the picture's middle.
 * @param {{width: number, height: number}} picture
 * @param {{x: number, y: number, width: number, height: number}} box  of the video element
 * @param {{x: number, y: number, width: number, height: number}} frame
 * @returns {import('./reader.js').Aim}
 */
export function aimIn(picture, box, frame) {
  const scale = Math.max(box.width / picture.width, box.height / picture.height) || 1;
  const along = (/** @type {'x' | 'y'} */ axis, /** @type {'width' | 'height'} */ size) => {
    const fromMiddle = frame[axis] + frame[size] / 2 - (box[axis] + box[size] / 2);
    return 0.5 + fromMiddle / scale / picture[size] || 0.5;
  };
  return { x: along('x', 'width'), y: along('y', 'height') };
}
