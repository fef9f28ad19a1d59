/** Told by ear and hand as well: the person looks at the wall, not at the phone. */

/** @typedef {'saved' | 'doubt' | 'refused'} Signal */

/** Frequencies in Hz, one after another, and the vibration that goes with them. @type {Record<Signal, {tones: number[], shake: number[]}>} */
const SIGNALS = {
  saved: { tones: [1320], shake: [60] },
  doubt: { tones: [880, 880], shake: [60, 80, 60] },
  refused: { tones: [330], shake: [200] },
};
const TONE_S = 0.09;

/** @type {AudioContext | null} */
let audio = null;

/** Browsers let a page make sounds only after a tap; called on the first one. */
export function unlockSound() {
  audio ??= typeof AudioContext === 'undefined' ? null : new AudioContext();
  if (audio?.state === 'suspended') audio.resume().catch(() => {});
}

/** @param {Signal} signal */
export function signal(signal) {
  const { tones, shake } = SIGNALS[signal];
  navigator.vibrate?.(shake);
  if (audio?.state !== 'running') return;
  tones.forEach((frequency, index) => tone(/** @type {AudioContext} */ (audio), frequency, index * TONE_S * 1.6));
}

/** @param {AudioContext} context @param {number} frequency @param {number} delay */
function tone(context, frequency, delay) {
  const start = context.currentTime + delay;
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0.25, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + TONE_S); // a hard stop clicks
  const oscillator = new OscillatorNode(context, { frequency, type: 'square' });
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + TONE_S);
}
