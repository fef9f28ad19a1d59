/** This person's own steps of an order, as the outbox keeps them, beside what the page counts already. Pure. */
import { wordOf } from '../outbox/rules.js';

/** @import { Item } from '../types' */
/** @typedef {{item: Item, verb: string, body: any}} OwnStep */

/** Those that the page does not count yet, held ones too. @param {OwnStep[]} steps @param {HTMLElement} place [data-order] @returns {OwnStep[]} */
export function besides(steps, place) {
  const counted = (place.dataset.steps ?? '').split(' ');
  return steps.filter(({ item, body }) => body.order === place.dataset.order && !counted.includes(item.id));
}

/** Those that have happened: what the office holds back has not. @param {OwnStep[]} steps @param {HTMLElement} place @returns {OwnStep[]} */
export const uncounted = (steps, place) => besides(steps, place).filter(({ item }) => wordOf(item) !== 'held');
