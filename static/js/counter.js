/* View: digits that change at most ten times a second, however often they are told. The last value
   always arrives. Their width is held by the stylesheet (tabular digits, room for the widest). */

const LEAST_BETWEEN_MS = 100;

export class Counter {
  #element;
  #text = "";
  #drawnAt_ms = -Infinity;
  #timer = 0;

  constructor(element) {
    this.#element = element;
  }

  show(text) {
    if (text === this.#text) return;
    this.#text = text;
    if (this.#timer) return;
    const wait_ms = this.#drawnAt_ms + LEAST_BETWEEN_MS - performance.now();
    if (wait_ms <= 0) this.#draw();
    else this.#timer = setTimeout(() => this.#draw(), wait_ms);
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#drawnAt_ms = performance.now();
    this.#element.textContent = this.#text;
  }
}
