/* View: the bars of an answer, on one scale. The tokens that came fill one of them: the LPU's where its clock
   lets them out, else this machine's, and then the LPU's runs ahead by its clock. The GPU's runs by its own
   clock from acceptance on, never past what came unless this machine is the one to wait for, and goes on alone
   until it reaches the same token. */

import { Counter } from "./counter.js";
import { countText, durationText, secondsText } from "./format.js";
import { gettext } from "./language.js";
import { dueAt, tokensBy } from "./rates.js";

const SHORTEST_SCALE_TOKENS = 100; // so that the first frames do not fill the bar
const CALM_STEP_MS = 500; // with reduced motion the bars step instead of running

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Race {
  #reply;
  #isMachines;
  #row;
  #bars;
  #progress;
  #computed;
  #reached;
  #frame = 0;
  #steppedAt_ms = -Infinity;

  /** `isMachines`: whether this machine paces the answer, and not the clock. */
  constructor(reply, isMachines, { bars, gpuRow, machineProgress, lpuProgress, gpuProgress }) {
    this.#reply = reply;
    this.#isMachines = isMachines;
    this.#row = gpuRow;
    this.#bars = bars; // {machine, lpu, gpu}
    this.#computed = new Counter(machineProgress);
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
    const { count, prediction, baseline, isOpen, acceptedAt_ms } = this.#reply;
    const elapsed_s = (now_ms - acceptedAt_ms) / 1000;
    const reached = baseline ? Math.min(tokensBy(baseline, elapsed_s), count) : count;
    const isThere = !isOpen && reached >= count;
    if (count > 0) this.#tell(reached, isThere);
    if (this.#mayMove(now_ms, isThere)) {
      const runsAhead = this.#isMachines && isOpen;
      const ahead = (clock, tokens) => (runsAhead && clock ? tokensBy(clock, elapsed_s) : tokens);
      this.#fill({
        machine: count,
        lpu: ahead(prediction.cycles && prediction, count),
        gpu: ahead(baseline, baseline ? reached : 0),
      });
    }
    return isThere;
  }

  #tell(reached, isThere) {
    const { count, baseline, computed_s, total_s } = this.#reply;
    const tokens = countText(count, "token");
    this.#computed.show(inText(tokens, computed_s));
    this.#progress.show(this.#isMachines ? aheadText(total_s) : inText(tokens, total_s));
    if (!baseline) return;
    const gpu_s = dueAt(baseline, count);
    if (this.#isMachines && gpu_s <= computed_s) this.#reached.show(aheadText(gpu_s));
    else this.#reached.show(isThere ? arrivalText(baseline, count, total_s) : gettext("%(part)s of %(all)s", { part: reached, all: count }));
  }

  #mayMove(now_ms, isThere) {
    if (calm.matches && !isThere && now_ms - this.#steppedAt_ms < CALM_STEP_MS) return false;
    this.#steppedAt_ms = now_ms;
    return true;
  }

  /** The whole answer fills a bar; while it is not known, there is room to grow. */
  #fill(tokens) {
    const { count, isOpen } = this.#reply;
    const scale = Math.max(count, isOpen ? SHORTEST_SCALE_TOKENS : 1);
    for (const [side, bar] of Object.entries(this.#bars)) {
      bar.style.setProperty("--fill", Math.min(1, tokens[side] / scale));
    }
  }
}

function inText(tokens, seconds) {
  return gettext("%(tokens)s in %(time)s", { tokens, time: secondsText(seconds) });
}

/** Of a clock that this machine is too slow to show. */
function aheadText(seconds) {
  return gettext("would have been here after %(time)s", { time: durationText(seconds) });
}

/** "there after 0.47 s · 0.27 s later": by the two clocks, whatever this machine did meanwhile. */
export function arrivalText(baseline, count, lpu_s) {
  const gpu_s = dueAt(baseline, count);
  const difference = gpu_s - lpu_s;
  const told = { time: secondsText(gpu_s), difference: secondsText(Math.abs(difference)) };
  if (difference < 0) return gettext("there after %(time)s · %(difference)s earlier", told);
  return gettext("there after %(time)s · %(difference)s later", told);
}
