/* View: two bars on one scale. The LPU's ends at the tokens that came; the GPU's runs by its own clock
   from acceptance on, never past the LPU's, and goes on alone until it reaches the same token. */

import { Counter } from "./counter.js";
import { countText, secondsText } from "./format.js";
import { dueAt, tokensBy } from "./rates.js";

const SHORTEST_SCALE_TOKENS = 100; // so that the first frames do not fill the bar
const CALM_STEP_MS = 500; // with reduced motion the bars step instead of running

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Race {
  #reply;
  #row;
  #bars;
  #progress;
  #reached;
  #frame = 0;
  #steppedAt_ms = -Infinity;

  constructor(reply, { lpuBar, gpuBar, gpuRow, lpuProgress, gpuProgress }) {
    this.#reply = reply;
    this.#row = gpuRow;
    this.#bars = { lpu: lpuBar, gpu: gpuBar };
    this.#progress = new Counter(lpuProgress);
    this.#reached = new Counter(gpuProgress);
  }

  start() {
    this.#row.dataset.gpu = this.#reply.baseline ? "running" : "unknown";
    this.#frame ||= requestAnimationFrame(() => this.#step());
  }

  end() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #step() {
    this.#frame = 0;
    const isThere = this.#draw(performance.now());
    if (isThere) this.#row.dataset.gpu &&= this.#reply.baseline ? "there" : "unknown";
    else this.#frame = requestAnimationFrame(() => this.#step());
  }

  /** True once nothing is left to move. */
  #draw(now_ms) {
    const { count, baseline, isOpen, acceptedAt_ms, total_s } = this.#reply;
    const elapsed_s = (now_ms - acceptedAt_ms) / 1000;
    const reached = baseline ? Math.min(tokensBy(baseline, elapsed_s), count) : count;
    const isThere = !isOpen && reached >= count;
    if (count > 0) this.#progress.show(`${countText(count, "token")} in ${secondsText(total_s)}`);
    if (baseline && count > 0) {
      this.#reached.show(isThere ? arrivalText(baseline, count, total_s) : `${reached} of ${count}`);
    }
    if (this.#mayMove(now_ms, isThere)) this.#fill(count, baseline ? reached : 0, isOpen);
    return isThere;
  }

  #mayMove(now_ms, isThere) {
    if (calm.matches && !isThere && now_ms - this.#steppedAt_ms < CALM_STEP_MS) return false;
    this.#steppedAt_ms = now_ms;
    return true;
  }

  /** The whole answer fills the bar; while it is not known, there is room to grow. */
  #fill(lpuTokens, gpuTokens, isOpen) {
    const scale = isOpen ? Math.max(lpuTokens, SHORTEST_SCALE_TOKENS) : Math.max(lpuTokens, 1);
    this.#bars.lpu.style.setProperty("--fill", lpuTokens / scale);
    this.#bars.gpu.style.setProperty("--fill", gpuTokens / scale);
  }
}

/** "there after 0.47 s · 0.27 s later": by the two clocks, whatever this machine did meanwhile. */
export function arrivalText(baseline, count, lpu_s) {
  const gpu_s = dueAt(baseline, count);
  const difference = gpu_s - lpu_s;
  const side = difference < 0 ? "earlier" : "later";
  return `there after ${secondsText(gpu_s)} · ${secondsText(Math.abs(difference))} ${side}`;
}
