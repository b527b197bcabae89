/* View of one turn: the question, the signed answer, the rates under it. */

import { AnswerText } from "./answer_text.js";
import { Race } from "./bar.js";
import { copiesFrom } from "./copying.js";
import { Counter } from "./counter.js";
import { comparedText, predictedText } from "./cycles.js";
import * as explanations from "./explanations.js";
import { chipsText, countText, gpusText, hardwareText, markText, ratioText, rateText, secondsText } from "./format.js";
import { drawNow, drawSoon } from "./frames.js";
import { gettext, ngettext } from "./language.js";
import { ratio } from "./rates.js";

const STATUS = {
  waiting: gettext("Reading the prompt"),
  warming: gettext("Warming up this machine, only the first time"),
};
const LOST = gettext("The rest of this answer can no longer be had from the server. What came is kept.");
const FAILED = gettext("Something broke while this was written.");
const NO_GPUS = gettext("There is no figure of GPUs for this model.");
const RUNNING = ["machine-rate", "machine-progress", "lpu-rate", "lpu-progress", "gpu-progress"];
const LATE_S = 0.3;
const LATE_SHARE = 0.15;
const SLOW_S = 0.1;
const SLOW_SHARE = 0.95;

export class AnswerView {
  element;
  #turn;
  #model;
  #isMachines; // this machine paces the answer, and not the clock
  #parts;
  #text;
  #rate;
  #race = null;
  #wasWarming = false;
  #onDrawn;
  #draw = () => this.#drawText();

  constructor(turn, { model, template, copyTemplate, explainer, say, onDrawn, onAgain }) {
    this.#turn = turn;
    this.#model = model;
    this.#isMachines = model.paced_by === "machine";
    this.#onDrawn = onDrawn;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#parts = partsOf(this.element);
    this.#parts.question.textContent = turn.question.text;
    this.#text = new AnswerText(this.#parts.text, { copyTemplate, say });
    this.#rate = new Counter(this.#parts["machine-rate"]);
    this.#parts.again.addEventListener("click", onAgain);
    copiesFrom(this.#parts["copy-question"], () => turn.question.text, say);
    copiesFrom(this.#parts.copy, () => this.#turn.reply.text, say);
    this.#explain(explainer);
    this.showState();
  }

  /** One that was kept: as it stands. */
  restore() {
    const { reply } = this.#turn;
    if (reply.words) this.#parts.signature.textContent = reply.words.name;
    if (reply.isAccepted) this.accepted();
    drawNow(this.#draw);
    if (!reply.isOpen) this.ended();
  }

  /** The reply's `data-state`, and words for the states in which there is nothing else to see. */
  showState() {
    const { state } = this.#turn.reply;
    this.#wasWarming ||= state === "warming";
    this.#parts.answer.dataset.state = state;
    this.#parts.status.textContent = STATUS[state] ?? "";
  }

  accepted() {
    if (this.#race) return; // resumed: the clocks run on
    const { words, prediction, published } = this.#turn.reply;
    const parts = this.#parts;
    parts.signature.textContent = words.name;
    parts.rates.hidden = false;
    this.#showDropped(words);
    this.#showMachine(words);
    this.#showClock(prediction);
    this.#showPublished(published);
    this.#showBaseline(this.#turn.reply);
    this.#showRate();
    this.#showCycles(this.#turn.reply);
    this.#race = new Race(this.#turn.reply, this.#isMachines, {
      bars: { machine: parts["machine-bar"], lpu: parts["lpu-bar"], gpu: parts["gpu-bar"] },
      gpuRow: parts["gpu-side"],
      machineProgress: parts["machine-progress"],
      lpuProgress: parts["lpu-progress"],
      gpuProgress: parts["gpu-progress"],
    });
    this.#race.start();
    this.showState();
  }

  textCame() {
    this.showState();
    drawSoon(this.#draw);
  }

  ended() {
    drawNow(this.#draw);
    const { reply } = this.#turn;
    this.showState();
    this.#showProblem(reply);
    this.#parts.ending.hidden = reply.reason !== "length" && reply.reason !== "stopped";
    this.#parts.ending.textContent = reply.reason === "stopped" ? gettext("Stopped.") : gettext("Ended at the length limit.");
    this.#parts.actions.hidden = reply.text === "";
    if (reply.count === 0) this.#parts.rates.hidden = this.#parts.here.hidden = true;
    else if (this.#race) this.#showEnd(reply);
  }

  /** Its text was rendered anew. */
  redraw() {
    this.#text.clear();
    this.#text.show(this.#turn.reply);
  }

  /** Its text without the signs of Markdown. */
  get spoken() {
    return this.#text.spoken;
  }

  /** Where it is told what went wrong. */
  get problem() {
    return this.#parts.problem;
  }

  /** The reader scrolls: the counters stop hovering over the text and go to their place under it. */
  settle() {
    if (!this.#turn.reply.isOpen) this.#parts.rates.dataset.settled = "";
  }

  remove() {
    this.#race?.end();
    this.element.remove();
  }

  #drawText() {
    const { reply } = this.#turn;
    this.#text.show(reply);
    this.#showRate();
    this.#showLateness(reply);
    this.#onDrawn();
  }

  #showRate() {
    if (this.#isMachines) this.#rate.show(rateText(this.#turn.reply.machineTokensPerS));
  }

  #showMachine(words) {
    this.#parts["machine-side"].hidden = !this.#isMachines;
    this.#parts["machine-side"].classList.toggle("hero", this.#isMachines);
    this.#parts["machine-name"].textContent = gettext("%(name)s on this machine", { name: words.name });
  }

  /** The LPU's own rate never changes: it was known before the first token. */
  #showClock(prediction) {
    const parts = this.#parts;
    const { kind, tokens_per_s: rate, chips } = prediction;
    parts["lpu-side"].hidden = kind === "measured";
    parts["lpu-side"].classList.toggle("hero", !this.#isMachines);
    parts["lpu-rate"].textContent = rateText(rate);
    parts["lpu-mark"].textContent = markText(kind);
    parts["lpu-name"].textContent = this.#isMachines
      ? chipsText(chips)
      : `${this.#model.name} ${hardwareText(prediction)}`;
  }

  #showPublished(published) {
    const parts = this.#parts;
    parts.why.href = this.#model.page;
    parts["published-number"].hidden = !published;
    if (published) parts["published-rate"].textContent = `${rateText(published.tokens_per_s)} tokens/s`;
  }

  /** What was predicted, and at the end that the clock's account is the same, or that it is not. */
  #showCycles(reply) {
    const parts = this.#parts;
    const { cycles } = reply.prediction;
    parts["cycles-side"].hidden = !cycles;
    if (!cycles) return;
    parts.here.hidden = false;
    const isAhead = reply.clockCycles === null;
    parts["cycles-count"].textContent = countText(isAhead ? cycles.prompt : reply.predictedCycles, "cycle");
    parts["cycles-text"].textContent = isAhead ? predictedText(cycles) : comparedText(reply);
  }

  #showDropped({ name, dropped_turns: dropped }) {
    this.#parts.dropped.hidden = !dropped;
    if (!dropped) return;
    this.#parts.dropped.textContent = ngettext(
      "%(count)s older message no longer fits the window of %(name)s and was left out.",
      "%(count)s older messages no longer fit the window of %(name)s and were left out.",
      dropped,
      { count: dropped, name },
    );
  }

  #showBaseline({ prediction, baseline, gpus }) {
    const parts = this.#parts;
    const times = ratio(prediction, baseline);
    for (const part of ["gpu-number", "gpu-same", "gpu-bar", "gpu-time"]) parts[part].hidden = !baseline;
    parts["gpu-name"].textContent = baseline ? gpusText(baseline) : gpus.refusal ?? NO_GPUS;
    parts.ratio.hidden = times === null;
    if (times !== null) parts.ratio.textContent = gettext("%(times)s the GPU’s rate", { times: ratioText(times) });
    if (!baseline) return;
    parts["gpu-rate"].textContent = rateText(baseline.tokens_per_s);
    parts["gpu-mark"].textContent = markText(baseline.kind);
  }

  /** What can be said of the whole answer: what this machine did, and what the browser saw of it. */
  #showEnd(reply) {
    const { measured, shownTokensPerS } = reply;
    const hasMeasured = Boolean(measured?.tokens_per_s) && !this.#isMachines;
    this.#showRate();
    this.#showCycles(reply);
    this.#showLateness(reply);
    this.#hideRunning(false);
    this.#parts.here.hidden = this.#parts["figures-side"].hidden = false;
    this.#parts["computed-side"].hidden = !hasMeasured;
    this.#parts["shown-side"].hidden = shownTokensPerS === null;
    if (hasMeasured) this.#parts["computed-rate"].textContent = `${rateText(measured.tokens_per_s)} tokens/s`;
    this.#parts["shown-rate"].textContent = `${rateText(shownTokensPerS)} tokens/s`;
  }

  /** Digits that run are not for screen readers; those that stand are. */
  #hideRunning(isRunning) {
    for (const part of RUNNING) this.#parts[part].setAttribute("aria-hidden", isRunning);
  }

  /** Words slower than the clock are said to be: the clock's rate stands above them, not theirs. */
  #showLateness(reply) {
    this.#parts.late.hidden = this.#isMachines || !isLate(reply);
    if (this.#parts.late.hidden) return;
    const text = reply.isOpen
      ? gettext("The words come later than this clock says.")
      : gettext("The words came %(time)s later than this clock says: %(cause)s.", { time: secondsText(reply.late_s), cause: this.#cause(reply) });
    if (this.#parts.late.textContent !== text) this.#parts.late.textContent = text;
  }

  #cause(reply) {
    if (this.#wasWarming) return gettext("this machine had to warm up");
    if (isSlow(reply)) return gettext("this machine computed them at %(rate)s tokens/s", { rate: rateText(reply.measured.tokens_per_s) });
    return gettext("they were held up on their way");
  }

  #showProblem({ problem }) {
    this.#parts.problem.hidden = problem === null;
    if (problem === null) return;
    this.#parts["problem-text"].textContent = problemText(this.#turn.reply);
  }

  #explain(explainer) {
    const reply = () => this.#turn.reply;
    const parts = this.#parts;
    const model = this.#model;
    explainer.attach(parts["machine-number"], () =>
      explanations.machineRate(reply().words.name, reply().machineTokensPerS, reply().words));
    explainer.attach(parts["machine-time"], () => explanations.machineTime(reply()));
    explainer.attach(parts["lpu-number"], () =>
      explanations.clockRate(model, reply().prediction, gettext("this prompt"), reply().words));
    explainer.attach(parts["published-number"], () => explanations.publishedRate(model, reply().published));
    explainer.attach(parts["cycles-number"], () => explanations.cycles(reply()));
    explainer.attach(parts["gpu-number"], () => explanations.gpuRate(model, reply().baseline, reply().words));
    explainer.attach(parts.ratio, () => explanations.comparison(reply().prediction, reply().baseline));
    explainer.attach(parts["lpu-time"], () => explanations.clockTime(reply()));
    explainer.attach(parts["gpu-time"], () => explanations.gpuTime(reply()));
    explainer.attach(parts["computed-number"], () => explanations.computedRate(reply()));
    explainer.attach(parts.figures, () => explanations.figures(model, reply()));
    explainer.attach(parts["shown-number"], () => explanations.shownRate(reply()));
  }
}

/** One sentence for a reply that did not end well. */
export function problemText({ state, problem }) {
  if (state === "lost" && problem.code !== "unsent") return LOST;
  return problem.message || FAILED;
}

/** By more than frames and a network explain; less where this machine itself was slower. */
function isLate(reply) {
  const tolerance_s = isSlow(reply) ? SLOW_S : Math.max(LATE_S, LATE_SHARE * reply.clock_s);
  return reply.late_s > tolerance_s;
}

function isSlow({ measured, prediction }) {
  if (!measured?.tokens_per_s || prediction.tokens_per_s === null) return false;
  return measured.tokens_per_s < SLOW_SHARE * prediction.tokens_per_s;
}

function partsOf(element) {
  const parts = Array.from(element.querySelectorAll("[data-part]"));
  return Object.fromEntries(parts.map((part) => [part.dataset.part, part]));
}
