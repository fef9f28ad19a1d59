/** The big keys beside a PIN's field: <div data-pin-pad> with an input[data-pin] and buttons [data-pin-key=0…9|clear|back]. */
for (const pad of document.querySelectorAll('[data-pin-pad]')) {
  const input = /** @type {HTMLInputElement} */ (pad.querySelector('[data-pin]'));
  pad.addEventListener('click', (event) => {
    const key = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-pin-key]'))?.dataset.pinKey;
    if (!key) return;
    if (key === 'clear') input.value = '';
    else if (key === 'back') input.value = input.value.slice(0, -1);
    else if (input.value.length < input.maxLength) input.value += key;
    // Six digits are all there is to say: no second button to look for in the dark.
    if (input.value.length === input.maxLength) input.form?.requestSubmit();
  });
}

export {};
