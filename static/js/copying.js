/* View: a button that copies a text, and shows for a moment that it did. */

import { copyText } from "./clipboard.js";
import { gettext } from "./language.js";

const SHOWN_MS = 1600;

/** `text` is called when the button is pressed; `say` tells a screen reader. */
export function copiesFrom(button, text, say) {
  let timer = 0;
  button.addEventListener("click", async () => {
    const isCopied = await copyText(text());
    say(isCopied ? gettext("Copied.") : gettext("This browser does not let pages copy."));
    clearTimeout(timer);
    button.dataset.copied = isCopied;
    timer = setTimeout(() => delete button.dataset.copied, SHOWN_MS);
  });
}
