/** The forms by which a resident reports and the desk takes in: photos are made small on the phone before they are sent, so that a large one is no trouble on a poor line. */
import { compressPhoto } from '../photo.js';

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-report]'));
const input = /** @type {HTMLInputElement | null} */ (form?.querySelector('input[type=file]') ?? null);
const count = /** @type {HTMLElement | null} */ (form?.querySelector('[data-photo-count]') ?? null);
const refused = /** @type {HTMLElement | null} */ (form?.querySelector('[data-too-large]') ?? null);
const MOST_BYTES = 20 * 1024 * 1024;
/** @type {Promise<void>} */ let ready = Promise.resolve();

/** What cannot be made smaller goes as it is: the server says what is wrong with it. @param {File} file @returns {Promise<File>} */
async function small(file) {
  try {
    const { data, mime } = await compressPhoto(file);
    return new File([data], 'photo.jpg', { type: mime });
  } catch (error) {
    console.error('photo', error);
    return file;
  }
}

/** @param {HTMLInputElement} chosen */
async function shrink(chosen) {
  const files = new DataTransfer();
  let tooLarge = false;
  for (const file of chosen.files ?? []) {
    const made = await small(file);
    if (made.size > MOST_BYTES) tooLarge = true; // it would be refused; nobody waits for it on a poor line
    else files.items.add(made);
  }
  chosen.files = files.files;
  if (refused) refused.hidden = !tooLarge;
  const { length } = files.files;
  if (count) count.textContent = (length === 1 ? count.dataset.one : length ? count.dataset.many?.replace('#', String(length)) : '') ?? '';
}

input?.addEventListener('change', () => { ready = shrink(input); });
if (input?.files?.length) ready = shrink(input); // chosen before this script came
let sending = false;
form?.addEventListener('submit', async (event) => {
  if (sending) return;
  event.preventDefault();
  await ready;
  sending = true;
  form.submit();
});
