/** What one order costs by now: what the server knew when the page was made, and what this phone has recorded since. */
import { t } from '../words.js';
import { amountOf, callOut, costOf, digest, dueOf, money, plain, quantityOf, termsAt } from './charge.js';
import { uncounted } from './own.js';
import { advance } from './steps.js';

/** @typedef {import('./charge.js').Charge} Charge */
/** @typedef {import('./charge.js').Item} Item */
/** @typedef {import('./charge.js').Terms} Terms */
/** @typedef {{order: string, payer: string, waived: string, zone: string, raisedAt: string, onSiteAt: string | null, currency: string,
 *   items: Item[], used: Record<string, string>, terms: Terms[], signed: string[]}} Facts */
/** @typedef {{item: string, milli: number, minor: number}} Used */

export class Account {
  /** @param {HTMLElement} place @param {Facts} facts */
  constructor(place, facts) {
    this.place = place;
    this.facts = facts;
    /** @type {Map<string, Item>} */
    this.items = new Map(facts.items.map((item) => [item.item, item]));
    /** @type {Used[]} */ this.used = [];
    /** @type {number | null} */ this.onSite = null;
    this.state = '';
    /** @type {Set<string>} */ this.signed = new Set(facts.signed);
  }

  /** @param {import('./own.js').OwnStep[]} steps */
  know(steps) {
    const own = uncounted(steps, this.place);
    const server = { state: this.place.dataset.orderState ?? '', mine: 'orderMine' in this.place.dataset };
    this.state = advance(server, own.map(({ verb }) => verb)).state;
    const list = own.findLast(({ verb }) => verb === 'use')?.body.lines;
    this.used = list ? list.map(read) : Object.entries(this.facts.used).map(([item, quantity]) => read({ item, quantity, minor: this.items.get(item)?.minor ?? 0 }));
    const came = own.find(({ verb }) => verb === 'on_site') ?? own.find(({ verb }) => verb === 'start' || verb === 'resume');
    this.onSite = this.facts.onSiteAt ? Date.parse(this.facts.onSiteAt) : came?.item.savedAt ?? null;
    for (const { body } of own.filter(({ verb }) => verb === 'sign')) this.signed.add(body.signed.charge);
  }

  /** @param {Used[]} [used] another list than the saved one @returns {Charge} */
  charge(used = this.used) {
    const { order, payer, waived, terms, zone, raisedAt, currency } = this.facts;
    const fee = this.onSite === null ? null : callOut(terms, this.onSite, zone);
    const lines = used.map(({ item, milli, minor }) => ({ part: this.items.get(item)?.part ?? '', item, milli, minor, amount: amountOf(milli, minor) }));
    const inForce = termsAt(terms, this.onSite ?? Date.parse(raisedAt));
    return { order, currency: inForce?.currency ?? currency, payer, waived, lines: fee ? [...lines, fee] : lines };
  }

  /** The price of one unit: as it was shown with the latest list, else the page's. @param {string} item */
  priceOf(item) {
    return this.used.find((used) => used.item === item)?.minor ?? this.items.get(item)?.minor ?? 0;
  }

  /** A charge as the signature under it keeps it (webapp/work_orders/pricing.py, shown_of). @param {Charge} charge */
  shown(charge) {
    return {
      order: charge.order, currency: charge.currency, payer: charge.payer, waived: charge.waived, due: dueOf(charge),
      lines: charge.lines.map(({ part, item, milli, minor, amount }) => {
        const { name = '', name_en = null, unit = '' } = this.items.get(item) ?? {};
        return { part, item, name, name_en, unit, quantity: plain(milli), minor, amount };
      }),
    };
  }

  /** Writes the bill wherever the page has a place for it. */
  show() {
    const charge = this.charge();
    const due = dueOf(charge);
    const signed = this.signed.has(digest(charge));
    for (const list of elements('[data-bill]')) list.replaceChildren(...charge.lines.map((line) => this.line(line, charge.currency)));
    for (const sum of elements('[data-due]')) sum.textContent = money(due, charge.currency);
    const lines = charge.lines.length > 0;
    hide('[data-bill-none]', lines);
    hide('[data-bill-sum]', !lines);
    hide('[data-bill-waived]', !lines || due > 0);
    hide('[data-signed]', !signed);
    hide('[data-to-sign]', signed);
    hide('[data-sign-next]', signed || due === 0 || this.state !== 'finished');
  }

  /** @param {import('./charge.js').Line} line @param {string} currency */
  line({ part, item, milli, minor, amount }, currency) {
    const known = this.items.get(item);
    const name = (document.documentElement.lang === 'en' ? known?.name_en : null) || known?.name || t('work.call-out');
    const row = document.createElement('li');
    const what = Object.assign(document.createElement('span'), { textContent: name, dir: 'auto' });
    const how = Object.assign(document.createElement('span'), { className: 'soft', textContent: part === 'call_out' ? '' : `${plain(milli)} × ${money(minor, currency)}` });
    const sum = Object.assign(document.createElement('b'), { textContent: money(amount, currency) });
    row.append(what, how, sum);
    return row;
  }

  /** @param {Used[]} used */
  sumOf(used) {
    const charge = this.charge(used);
    const fee = charge.lines.find(({ part }) => part === 'call_out');
    return { sum: money(costOf(charge), charge.currency), fee: fee ? money(fee.amount, charge.currency) : null };
  }
}

/** @param {{item: string, quantity: string | number, minor: number | null}} line @returns {Used} */
const read = ({ item, quantity, minor }) => ({ item, milli: quantityOf(String(quantity)), minor: minor ?? 0 });

/** @param {string} selector @param {boolean} on */
const hide = (selector, on) => { for (const element of elements(selector)) element.hidden = on; };

/** @param {string} selector @returns {HTMLElement[]} */
const elements = (selector) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
