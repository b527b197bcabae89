/* /healthz → whether this machine is still warming up; asked only while an accepted answer has no text. */

const BETWEEN_MS = 700;

export class Health {
  #url;
  #timer = 0;
  #watch = null;

  constructor(url) {
    this.#url = url;
  }

  /** Calls `onEngine({state, detail})`, of whoever writes for the model, again and again until `unwatch`. */
  watch(model, onEngine) {
    this.unwatch();
    this.#watch = onEngine;
    this.#ask(`${this.#url}?model=${encodeURIComponent(model)}`, onEngine);
  }

  unwatch() {
    clearTimeout(this.#timer);
    this.#watch = null;
  }

  async #ask(url, onEngine) {
    const engine = await engineOf(url);
    if (this.#watch !== onEngine) return;
    if (engine) onEngine(engine);
    this.#timer = setTimeout(() => this.#ask(url, onEngine), BETWEEN_MS);
  }
}

/** The engine's {state, detail}; null while the server cannot be asked. */
async function engineOf(url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    return (await response.json()).engine;
  } catch {
    return null;
  }
}
