/**
 * The list of what was used: the site's price list with quantities, the sum beside it. Saved as one record with the whole list, each line
 * with the price that was shown. A quantity that nobody could have used is said at its line, and nothing is saved.
 */
import { t } from '../words.js';
import { BadQuantity, plain, quantityOf } from './charge.js';

/** @import { Account, Used } from './account.js' */

const STEP = 1000;

/** @param {Account} account */
export function takeOverList(account) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-use]'));
  if (form) new UsedList(form, account).start();
}

class UsedList {
  /** @param {HTMLFormElement} form @param {Account} account */
  constructor(form, account) {
    this.form = form;
    this.account = account;
    this.rows = /** @type {HTMLElement[]} */ ([...form.querySelectorAll('[data-item]')]);
  }

  start() {
    const { form, account } = this;
    const used = new Map(account.used.map(({ item, milli }) => [item, plain(milli)]));
    for (const row of this.rows) {
      const field = input(row);
      const isTyped = field.value !== field.defaultValue; // before this script came
      field.defaultValue = used.get(row.dataset.item ?? '') ?? '';
      if (!isTyped) field.value = field.defaultValue;
    }
    form.addEventListener('click', (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-less], [data-more]'));
      const row = /** @type {HTMLElement | null} */ (button?.closest('[data-item]'));
      if (row && button) this.step(row, 'more' in button.dataset ? STEP : -STEP);
    });
    form.addEventListener('input', () => this.sum());
    form.addEventListener('rounds:taken', () => this.sum());
    form.addEventListener('rounds:body', (event) => this.fill(/** @type {CustomEvent} */ (event)));
    this.sum();
  }

  /** @param {HTMLElement} row @param {number} by thousandths */
  step(row, by) {
    const field = input(row);
    let milli = 0;
    try { milli = quantityOf(field.value); } catch { /* begins at nothing */ }
    const next = Math.max(0, milli + by);
    field.value = next ? plain(next) : '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** The lines that say something; a bad one is pointed out. @returns {{used: Used[], wrong: HTMLElement[]}} */
  read() {
    /** @type {Used[]} */ const used = [];
    const wrong = [];
    for (const row of this.rows) {
      const why = this.readRow(row, used);
      const error = /** @type {HTMLElement} */ (row.querySelector('[data-wrong]'));
      error.hidden = !why;
      /** @type {HTMLElement} */ (error.querySelector('[data-words]')).textContent = why ? t(`work.wrong.${why}`) : '';
      input(row).toggleAttribute('aria-invalid', Boolean(why));
      if (why) wrong.push(row);
    }
    return { used, wrong };
  }

  /** @param {HTMLElement} row @param {Used[]} used @returns {string | null} what is wrong with it */
  readRow(row, used) {
    const { value } = input(row);
    if (/^\s*0*\s*$/.test(value)) return null;
    try {
      const item = row.dataset.item ?? '';
      used.push({ item, milli: quantityOf(value), minor: this.account.priceOf(item) });
      return null;
    } catch (error) {
      if (error instanceof BadQuantity) return error.why;
      throw error;
    }
  }

  sum() {
    const { sum, fee } = this.account.sumOf(this.read().used);
    const place = this.form.querySelector('[data-sum]');
    if (place) place.textContent = sum;
    const words = this.form.querySelector('[data-fee-words]');
    if (words) words.textContent = fee ? t('work.with-fee', { fee }) : '';
  }

  /** @param {CustomEvent} event the record's body, before it is saved */
  fill(event) {
    const { used, wrong } = this.read();
    if (wrong.length) {
      event.preventDefault();
      return input(wrong[0]).focus();
    }
    event.detail.lines = used.map(({ item, milli, minor }) => ({ item, quantity: plain(milli), minor }));
  }
}

/** @param {HTMLElement} row */
const input = (row) => /** @type {HTMLInputElement} */ (row.querySelector('input'));
