/** The editor of a route's points: add, remove, move. Without it the form still saves what is there. */
const list = /** @type {HTMLElement} */ (document.querySelector('[data-points]'));
const template = /** @type {HTMLTemplateElement} */ (document.getElementById('t-point'));

function renumber() {
  [...list.children].forEach((point, index) => {
    const number = point.querySelector('[data-number]');
    if (number) number.textContent = String(index + 1);
  });
}

/** The check box of a fixed place names the checkpoint that is chosen beside it. @param {Element} point */
function tie(point) {
  const choice = /** @type {HTMLSelectElement} */ (point.querySelector('[data-checkpoint-choice]'));
  const fixed = /** @type {HTMLInputElement} */ (point.querySelector('[data-order-fixed]'));
  fixed.value = choice.value;
}

document.querySelector('[data-add]')?.addEventListener('click', () => {
  list.append(template.content.cloneNode(true));
  renumber();
  /** @type {HTMLElement | null} */ (list.lastElementChild?.querySelector('select'))?.focus();
});

list.addEventListener('change', (event) => {
  const point = /** @type {Element} */ (event.target).closest('[data-point]');
  if (point) tie(point);
});

list.addEventListener('click', (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-move], [data-remove]'));
  const point = button?.closest('[data-point]');
  if (!button || !point) return;
  if ('remove' in button.dataset) point.remove();
  else if (button.dataset.move === '-1') point.previousElementSibling?.before(point);
  else point.nextElementSibling?.after(point);
  renumber();
  button.focus();
});
