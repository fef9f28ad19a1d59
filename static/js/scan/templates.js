/** Pieces of the page that the server wrote as <template id="t-…">, stamped out and filled in. */

/**
 * @param {string} name
 * @returns {HTMLElement} the template's one element, copied
 */
export function clone(name) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`t-${name}`));
  const first = template?.content.firstElementChild;
  if (!first) throw new Error(`no template t-${name}`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/**
 * @param {ParentNode} within
 * @param {string} name
 * @returns {HTMLElement} the element marked data-part="name"
 */
export function part(within, name) {
  const found = /** @type {HTMLElement | null} */ (within.querySelector(`[data-part="${name}"]`));
  if (!found) throw new Error(`no part ${name}`);
  return found;
}

/**
 * Another picture from the same sprite.
 * @param {Element} holder
 * @param {string} icon
 */
export function setIcon(holder, icon) {
  const use = holder.querySelector('use');
  use?.setAttribute('href', (use.getAttribute('href') ?? '').replace(/#.*$/, `#${icon}`));
}
