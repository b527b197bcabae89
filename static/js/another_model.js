/* View: the popover in which another model is chosen to answer a question again. */

import { placeBeside } from "./place.js";

export class AnotherModel {
  #popover;
  #picker;
  #select;
  #button = null;
  #onPick = () => {};

  /** `picker`: the select of the prompt box, whose models stand here too. */
  constructor(popover, picker) {
    this.#popover = popover;
    this.#picker = picker;
    this.#select = popover.querySelector("select");
    popover.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      popover.hidePopover();
      this.#onPick(this.#select.value);
    });
  }

  /** Calls `onPick(id)` with the model that the reader chooses. */
  open(button, model, onPick) {
    this.#button = button;
    this.#onPick = onPick;
    this.#select.replaceChildren(...Array.from(this.#picker.children, (each) => each.cloneNode(true)));
    this.#select.value = model;
    this.#popover.showPopover({ source: button });
    placeBeside(this.#popover, this.#button);
    this.#select.focus();
  }
}
