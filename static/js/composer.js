/* View: the prompt box. Enter sends, Shift+Enter breaks the line, and neither while an input method is
   composing. The round button sends, or stops what is being written. */

import { gettext } from "./language.js";
import { isComposing } from "./typing.js";

export class Composer {
  #form;
  #box;
  #button;
  #onSubmit;
  #onStop;
  #nameButton;
  #isBusy = false;

  /** `onSubmit(prompt)` says whether it took the prompt; one that it did not take stays in the box.
      `nameButton(button, isBusy)` tells what the button does now. */
  constructor(form, { onSubmit, onStop, nameButton = nameRound }) {
    this.#form = form;
    this.#box = form.querySelector("textarea");
    this.#button = form.querySelector("button[type=submit]");
    this.#onSubmit = onSubmit;
    this.#onStop = onStop;
    this.#nameButton = nameButton;
    this.#button.addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("submit", (event) => this.#submitted(event));
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("input", () => this.fit());
    window.addEventListener("resize", () => this.fit());
    document.addEventListener("keydown", (event) => this.#stopKey(event));
    this.fit();
  }

  get draft() {
    return this.#box.value;
  }

  set draft(text) {
    this.#box.value = text;
    this.fit();
  }

  set isBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#form.dataset.busy = isBusy;
    this.#nameButton(this.#button, isBusy);
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** On a phone the keyboard goes away, so that the answer can be seen. */
  rest() {
    if (hasNoKeys()) this.#box.blur();
  }

  /** The focus of a button that goes away; on a phone the box would bring the keyboard up. */
  takeFocus() {
    if (hasNoKeys()) this.#button.focus({ preventScroll: true });
    else this.focus();
  }

  submit(prompt) {
    if (prompt.trim() === "" || this.#isBusy) return;
    if (this.#onSubmit(prompt.trim())) this.draft = "";
    this.rest();
  }

  /** The second click of a double click is no stop. */
  #clicked(event) {
    if (this.#isBusy && event.detail > 1) event.preventDefault();
  }

  #submitted(event) {
    event.preventDefault();
    if (this.#isBusy) this.#onStop();
    else this.submit(this.draft);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (isComposing(event)) return;
    event.preventDefault();
    this.submit(this.draft);
  }

  #stopKey(event) {
    const isTaken = isComposing(event) || document.querySelector(":popover-open, dialog[open]");
    if (event.key === "Escape" && this.#isBusy && !isTaken) this.#onStop();
  }

  /** As high as its text. */
  fit() {
    this.#box.style.setProperty("height", "auto");
    this.#box.style.setProperty("height", `${this.#box.scrollHeight}px`);
  }
}

/** Whether whoever types does so on the screen, as far as a page can know. */
function hasNoKeys() {
  return matchMedia("(pointer: coarse)").matches;
}

/** The button of the chat has a picture alone, so its name is not to be seen. */
function nameRound(button, isBusy) {
  button.setAttribute("aria-label", isBusy ? gettext("Stop") : gettext("Send"));
}
