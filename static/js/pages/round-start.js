/** <a data-start='{"round": "…", "name": "…"}' href="/scan?…">: who begins a round says so, then goes on to the scanner. */
import { newId, record } from '../outbox/queue.js';

document.addEventListener('click', async (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest('a[data-start]'));
  if (!link) return;
  event.preventDefault();
  const about = JSON.parse(link.dataset.start ?? '{}');
  link.dataset.id ??= newId(); // two taps are one beginning
  try {
    await record('round-step', { round: about.round, verb: 'start', reason: '', to: null }, { id: link.dataset.id, about });
  } catch (error) {
    console.error('start', error); // the scanner says what is wrong with this phone; a round has begun with its first scan, too
  }
  location.assign(link.href);
});
