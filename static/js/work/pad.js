/**
 * A field to sign in: <svg data-pad viewBox="0 0 1000 400"><path/></svg>. Strokes are what `work_orders.signature` takes: whole numbers in that
 * field. The resident's page (by link) and the technician's phone sign in the same one.
 */
const WIDTH = 1000;
const HEIGHT = 400;
const MOST_POINTS = 5_000;
const LEAST_LENGTH = 60; // of all strokes together: a tap is no signature
const LEAST_STEP = 4; // nearer points say nothing more

/** @typedef {[number, number][][]} Strokes */

export class Pad {
  /** @param {SVGSVGElement} field @param {() => void} [onChange] */
  constructor(field, onChange = () => {}) {
    this.field = field;
    this.path = /** @type {SVGPathElement} */ (field.querySelector('path'));
    this.onChange = onChange;
    /** @type {Strokes} */ this.strokes = [];
    /** @type {number | null} the finger or pen that is drawing; others are a resting palm */ this.pointer = null;
    field.addEventListener('pointerdown', (event) => this.begin(event));
    field.addEventListener('pointermove', (event) => { for (const one of event.getCoalescedEvents?.() ?? [event]) this.draw(one); });
    for (const end of ['pointerup', 'pointercancel']) field.addEventListener(end, (event) => this.end(/** @type {PointerEvent} */ (event)));
  }

  /** Is this a signature, and not a tap? */
  get signed() {
    return lengthOf(this.strokes) >= LEAST_LENGTH;
  }

  clear() {
    this.strokes = [];
    this.show();
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.field.setPointerCapture(event.pointerId);
    this.strokes.push([]);
    this.draw(event);
  }

  /** @param {PointerEvent} event */
  draw(event) {
    const stroke = this.strokes.at(-1);
    if (event.pointerId !== this.pointer || !stroke || this.strokes.reduce((sum, one) => sum + one.length, 0) >= MOST_POINTS) return;
    const point = this.pointOf(event);
    const last = stroke.at(-1);
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < LEAST_STEP) return;
    stroke.push(point);
    this.show();
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (event.pointerId === this.pointer) this.pointer = null;
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  pointOf(event) {
    const box = this.field.getBoundingClientRect();
    const part = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(0, Math.min(most, Math.round(value * most)));
    return [part((event.clientX - box.left) / box.width, WIDTH), part((event.clientY - box.top) / box.height, HEIGHT)];
  }

  /** @param {Strokes} [strokes] those drawn before */
  show(strokes = this.strokes) {
    this.strokes = strokes;
    this.path.setAttribute('d', this.strokes.map((stroke) => `M${(stroke.length > 1 ? stroke : [...stroke, ...stroke]).map((point) => point.join(' ')).join('L')}`).join(''));
    this.onChange();
  }
}

/** The way the pen went, in the field's units. @param {Strokes} strokes */
export function lengthOf(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.slice(1).reduce((way, [x, y], i) => way + Math.hypot(x - stroke[i][0], y - stroke[i][1]), 0), 0);
}
