/* View: one popover that explains the number under the pointer, the focus or the finger. It stands in the
   document right after its button, so that a screen reader finds it there. */

import { placeBeside } from "./place.js";

const HOVER_MS = 150;
const LEAVE_MS = 250;

export class Explainer {
  #popover;
  #button = null;
  #isPinned = false;
  #timer = 0;
  #pointer = {};
  #explanations = new WeakMap();

  constructor(popover) {
    this.#popover = popover;
    popover.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    popover.addEventListener("pointerleave", (event) => this.#left(event));
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    document.addEventListener("pointerdown", (event) => this.#pressed(event));
    document.addEventListener("pointermove", ({ clientX, clientY }) => {
      this.#pointer = { x: clientX, y: clientY }; // after the button has heard of it
    });
    window.addEventListener("scroll", () => this.#place(), { passive: true });
  }

  /** `explanation` is called when it is asked for, so that it tells the number as it is then. */
  attach(button, explanation) {
    this.#explanations.set(button, explanation);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("pointermove", (event) => this.#hovered(event, button));
    button.addEventListener("pointerleave", (event) => this.#left(event));
    button.addEventListener("click", () => this.#toggle(button));
    button.addEventListener("focus", () => {
      if (button.matches(":focus-visible")) this.#show(button);
    });
    button.addEventListener("blur", () => this.hide());
  }

  hide() {
    clearTimeout(this.#timer);
    if (!this.#button) return;
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.removeAttribute("aria-describedby");
    this.#button = null;
    this.#isPinned = false;
    if (this.#popover.matches(":popover-open")) this.#popover.hidePopover();
  }

  #toggle(button) {
    if (this.#button === button && this.#isPinned) return this.hide();
    this.#show(button);
    this.#isPinned = true;
  }

  #show(button) {
    clearTimeout(this.#timer);
    if (this.#button === button) return;
    this.hide();
    this.#button = button;
    this.#fill(this.#explanations.get(button)());
    button.after(this.#popover);
    button.setAttribute("aria-expanded", "true");
    button.setAttribute("aria-describedby", this.#popover.id);
    this.#popover.showPopover();
    this.#place();
  }

  #fill({ title, mark, lines }) {
    const paragraphs = [title, mark, ...lines].map((text) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      return paragraph;
    });
    paragraphs[0].className = "title";
    paragraphs[1].className = "mark";
    this.#popover.replaceChildren(...paragraphs);
  }

  #place() {
    if (this.#button) placeBeside(this.#popover, this.#button);
  }

  /** A pointer that came to the number: not a number that came to the pointer, nor a finger. */
  #hovered({ pointerType, clientX, clientY }, button) {
    const hasMoved = clientX !== this.#pointer.x || clientY !== this.#pointer.y;
    if (pointerType !== "mouse" || !hasMoved) return;
    clearTimeout(this.#timer);
    if (!this.#isPinned) this.#timer = setTimeout(() => this.#show(button), HOVER_MS);
  }

  #left({ pointerType }) {
    if (pointerType !== "mouse") return;
    clearTimeout(this.#timer);
    if (!this.#isPinned) this.#timer = setTimeout(() => this.hide(), LEAVE_MS);
  }

  #key(event) {
    if (event.key !== "Escape" || !this.#button) return;
    this.hide();
    event.stopPropagation(); // Escape closes this first, and only then stops an answer
  }

  #pressed({ target }) {
    if (this.#button?.contains(target) || this.#popover.contains(target)) return;
    this.hide();
  }
}
