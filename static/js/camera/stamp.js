/**
 * What is burnt into a photo, along its foot: when, where, by whom, and under which receipt.
 *
 * @typedef {{at: Date, name?: string, place?: string, site?: string, person?: string, receipt: string, source?: string}} Stamp
 *   name of the checkpoint or round; source: words for a photo that another app took
 * @typedef {{time: string, day: string, name: string, where: string, person: string, receipt: string, source: string}} Lines
 */
const FONT = 'system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const MONO = 'ui-monospace, "SF Mono", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
const BAND = '#0c141fb8';
const ACCENT = '#ddf93c';
const BRIGHT = '#ffffff';
const SOFT = '#e3e8ed';
/** How many letters of the small lines fit along the shorter side of the photo. */
const LETTERS = 28;

/** @param {Stamp} stamp @param {string} lang @returns {Lines} */
export function linesOf({ at, name = '', place = '', site = '', person = '', receipt, source = '' }, lang) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const weekday = new Intl.DateTimeFormat(lang, { weekday: 'short' }).format(at);
  return {
    time: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${weekday}`,
    name: name || place || site,
    where: [name && place, (name || place) && site].filter(Boolean).join(' · '),
    person, receipt, source,
  };
}

/** The longest beginning that fits, with an ellipsis where something is left out. Letters are not cut in two.
 * @param {string} text @param {(text: string) => boolean} fits */
export function shorten(text, fits) {
  if (!text || fits(text)) return text;
  const letters = [...text];
  let least = 0;
  let most = letters.length;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(`${letters.slice(0, middle).join('').trimEnd()}…`)) least = middle;
    else most = middle - 1;
  }
  return `${letters.slice(0, least).join('').trimEnd()}…`;
}

/** Draws the band along the foot of a picture.
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height @param {Stamp} stamp @param {string} lang */
export function drawStamp(context, width, height, stamp, lang) {
  const lines = linesOf(stamp, lang);
  const em = Math.min(width, height) / LETTERS;
  const edge = em * 0.9;
  const tall = em * (lines.where || lines.person ? 6.1 : 4.6);
  const top = height - tall;
  context.save();
  context.textBaseline = 'alphabetic';
  context.fillStyle = BAND;
  context.fillRect(0, top, width, tall);
  context.fillStyle = ACCENT;
  context.fillRect(0, top, em * 0.28, tall);
  /** @param {string} text @param {number} x @param {number} y @param {number} size @param {{weight?: number, colour?: string, room?: number, end?: boolean, font?: string}} [how] */
  const write = (text, x, y, size, { weight = 500, colour = BRIGHT, room = width - 2 * edge, end = false, font = FONT } = {}) => {
    context.font = `${weight} ${Math.round(em * size)}px ${font}`;
    context.fillStyle = colour;
    context.textAlign = end ? 'end' : 'start';
    const shown = shorten(text, (words) => context.measureText(words).width <= room);
    context.fillText(shown, x, y);
    return context.measureText(shown).width;
  };
  const right = width - edge;
  const receipt = write(lines.receipt, right, top + em * 1.95, 1.05, { weight: 600, colour: ACCENT, end: true, font: MONO });
  const time = write(lines.time, edge, top + em * 2.05, 1.7, { weight: 700 });
  write(lines.day, edge + time + em * 0.6, top + em * 2.05, 1, { colour: SOFT, room: width - 2 * edge - time - receipt - em * 1.4 });
  const source = write(lines.source, right, top + em * 3.75, 1, { colour: SOFT, end: true });
  write(lines.name, edge, top + em * 3.75, 1.2, { weight: 650, room: width - 2 * edge - (source && source + em) });
  const person = write(lines.person, right, top + em * 5.25, 1, { colour: SOFT, end: true, room: (width - 2 * edge) * 0.45 });
  write(lines.where, edge, top + em * 5.25, 1, { colour: SOFT, room: width - 2 * edge - (person && person + em) });
  context.restore();
}
