/** A meter's page. */
import { watch } from '../meter/form.js';

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-outbox="reading"]'));
if (form) watch(form);
