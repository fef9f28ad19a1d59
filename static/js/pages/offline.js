/** /offline, which the worker shows when a page is neither to be had nor kept. One copy serves all who use the phone: who that is, the memory says.
 * [data-if="somebody"] for whoever works here, [data-if="nobody"] (`hidden`) where somebody has to sign in first. */
import { whoami } from '../outbox/queue.js';

const { person } = await whoami();
const wanted = person && !location.pathname.startsWith('/login') ? 'somebody' : 'nobody';
for (const part of document.querySelectorAll('[data-if]')) {
  const element = /** @type {HTMLElement} */ (part);
  element.hidden = element.dataset.if !== wanted;
}
