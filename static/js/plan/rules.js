/** Where a point lies on a picture, in per cent of its width and height. Pure. */

/** @typedef {{ x: number, y: number }} Spot */

/** Two decimals: a tenth of a pixel on the largest picture. @param {number} value */
const within = (value) => Math.round(Math.min(100, Math.max(0, value)) * 100) / 100;

/** Steps of the arrow keys, in per cent. */
const STEP = 1;
const BIG_STEP = 5;
/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A point after an arrow key; null when it was another key. @param {Spot} spot @param {string} key @param {boolean} far @returns {Spot | null} */
export function moved(spot, key, far) {
  const way = WAYS[key];
  if (!way) return null;
  const step = far ? BIG_STEP : STEP;
  return { x: within(spot.x + way[0] * step), y: within(spot.y + way[1] * step) };
}

/** Where on the picture (its box on the screen) a pointer is, kept within it.
 * @param {{ left: number, top: number, width: number, height: number }} box @param {number} clientX @param {number} clientY @returns {Spot} */
export function spotAt(box, clientX, clientY) {
  return { x: within(((clientX - box.left) / box.width) * 100), y: within(((clientY - box.top) / box.height) * 100) };
}

/** Is the pointer over that box? @param {{ left: number, top: number, width: number, height: number }} box @param {number} clientX @param {number} clientY */
export function isOver(box, clientX, clientY) {
  return clientX >= box.left && clientX <= box.left + box.width && clientY >= box.top && clientY <= box.top + box.height;
}

/** Did a pointer move far enough to mean a drag and no tap? In pixels. @param {number} dx @param {number} dy */
export const isDrag = (dx, dy) => Math.hypot(dx, dy) >= 5;
