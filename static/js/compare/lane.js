/* View of one lane: its selects, what to expect of it, and in a race its words and its account. Text is only
   ever appended to one text node; while it runs, nothing here asks the browser for a size. */

import * as explanations from "./explanations.js";
import { Setting } from "./setting.js";
import { endText, ofTokensText, placeText, runRateText, sideOf, whoText } from "./words.js";
import { Counter } from "../counter.js";
import { durationText, markText, rateText, secondsText } from "../format.js";
import { gettext } from "../language.js";

const RUNNING = ["tokens", "live", "first", "time"];
const CALM_STEP_MS = 500; // with reduced motion the bar steps instead of running
const UNKNOWN_RATE = { here: gettext("as it computes"), endpoint: gettext("as it answers") };
const BROKE = gettext("This lane broke on this machine.");

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class LaneView {
  element;
  setting;
  expected = {}; // {lane}, {error} or {waits}
  #parts;
  #expectations;
  #words;
  #run = null;
  #race = null;
  #text = document.createTextNode("");
  #drawnLength = 0;
  #filledAt_ms = -Infinity;
  #counters;
  #promptName;
  #onChange;

  /** `onChange(view)`: the reader chose something else. `words`: of the site, {name}. */
  constructor(element, { expectations, explainer, words, promptName, onChange, onRemove }) {
    this.element = element;
    this.#parts = partsOf(element);
    this.#parts.text.append(this.#text);
    this.#expectations = expectations;
    this.#words = words;
    this.#promptName = promptName;
    this.#onChange = onChange;
    this.#counters = Object.fromEntries(RUNNING.map((part) => [part, new Counter(this.#parts[part])]));
    this.setting = new Setting(this.#parts.setting, () => this.#chosen());
    this.#parts.remove.addEventListener("click", () => onRemove(this));
    this.#explain(explainer);
    this.expect();
  }

  set number(number) {
    this.#parts.number.textContent = number;
    this.#parts.ordinal.textContent = number;
    this.#parts.box.setAttribute("aria-label", gettext("Text of lane %(lane)s", { lane: number }));
  }

  set isAlone(isAlone) {
    this.#parts.remove.hidden = isAlone;
  }

  get entry() {
    return this.setting.entry;
  }

  /** Before a race: what is known of the lane now. */
  expect() {
    this.#showExpected(this.#expectations.of(this.entry, (failed) => this.#later(failed)));
  }

  /** The race ended before its flag: back to what may be expected. */
  settle() {
    this.#forget();
    this.element.dataset.state = "set";
    this.expect();
  }

  /** A refusal of the server, said where it belongs. */
  refuse(sentence) {
    if (!this.#run) return this.#showExpected({ error: sentence });
    this.expected = { error: sentence }; // what it showed in the race before stays
    this.#showProblem(sentence);
  }

  /** Another race was accepted: what stood here goes. */
  reset() {
    this.#forget();
    this.element.dataset.state = "computing";
  }

  accepted(race, run) {
    this.#race = race;
    this.#run = run;
    if (run.count === 0) this.#showLane(run.lane, race.words);
  }

  begin() {
    if (!this.#run.isOpen) return; // resumed: it was there before
    this.element.dataset.state = "running";
    this.#showProblem("");
    this.showPlace(null);
    if (this.#run.lane.kind === "measured") this.#showRate(this.#run.lane);
    this.#hideRunning(true);
    this.draw();
  }

  /** Once per animation frame: only what grew is appended. */
  draw() {
    const run = this.#run;
    if (!run) return; // another race was asked for meanwhile
    if (run.text.length > this.#drawnLength) {
      this.#text.appendData(run.text.slice(this.#drawnLength));
      this.#drawnLength = run.text.length;
    }
    this.#fill(run);
    this.#counters.tokens.show(ofTokensText(run));
    this.#parts["live-name"].textContent = run.isOpen ? gettext("so far") : gettext("output speed");
    this.#counters.live.show(runRateText(run));
    this.#counters.first.show(run.count === 0 && run.isOpen ? "…" : durationText(run.ttft_s));
    this.#counters.time.show(run.isOpen ? secondsText(run.elapsed_s) : explanations.timeText(run));
  }

  #fill({ count, total, isOpen }) {
    const now_ms = performance.now();
    if (calm.matches && isOpen && now_ms - this.#filledAt_ms < CALM_STEP_MS) return;
    this.#filledAt_ms = now_ms;
    this.#parts.bar.style.setProperty("--fill", total ? count / total : 0);
  }

  /** Its last token is there, or it was ended before. */
  ended(place) {
    this.draw();
    this.#hideRunning(false);
    this.element.dataset.state = this.#run.reason === "error" ? "error" : this.#run.hasArrived ? "there" : "stopped";
    this.showPlace(place);
    if (this.#run.problem) this.#showProblem(this.#run.problem.message || BROKE);
  }

  /** The rest of its words can no longer be had. */
  lose() {
    this.#hideRunning(false);
    this.element.dataset.state = "stopped";
    this.#parts.place.textContent = endText(this.#run);
  }

  showPlace(place) {
    if (!this.#run) return;
    this.#parts.place.textContent = this.#run.isOpen ? "" : placeText(place) || endText(this.#run);
  }

  /** What it is about to be, or is: for the explanations and for the page's colours. */
  get #lane() {
    return this.#run?.lane ?? this.expected.lane ?? null;
  }

  #chosen() {
    this.settle();
    this.#onChange(this);
  }

  #later(failed) {
    if (this.#run) return;
    if (failed) this.#showExpected(failed);
    else this.expect();
    this.#onChange(this);
  }

  #forget() {
    this.#run = null;
    this.#race = null;
    this.#text.data = "";
    this.#drawnLength = 0;
    this.#parts.place.textContent = "";
    this.#parts.bar.style.setProperty("--fill", 0);
    for (const counter of Object.values(this.#counters)) counter.show("");
    this.#showProblem("");
  }

  #showExpected(expected) {
    this.expected = expected;
    this.element.dataset.machine = this.entry.machine;
    this.element.dataset.side = sideOf(expected.lane ?? { machine: this.entry.machine });
    this.#showProblem(expected.error ?? "");
    this.#parts.speed.hidden = !expected.lane;
    this.#parts.who.textContent = expected.waits ?? "";
    if (expected.lane) this.#showLane(expected.lane, this.#words);
  }

  #showLane(lane, words) {
    this.element.dataset.side = sideOf(lane);
    this.#parts.speed.hidden = false;
    this.#showRate(lane);
    this.#parts.mark.textContent = markText(lane.kind);
    this.#parts.who.textContent = whoText(lane, words);
  }

  #showRate(lane) {
    const rate = this.#run ? this.#run.rate(this.#race.flag) : lane.tokens_per_s;
    const isUnknown = rate === null;
    const about = this.#run?.about ?? "";
    this.#parts.rate.textContent = isUnknown ? this.#unknownRate(lane) : `${about}${rateText(rate)}`;
    this.#parts.unit.textContent = isUnknown ? "" : "tokens/s";
    this.#parts.rate.dataset.unknown = isUnknown;
  }

  #unknownRate({ machine }) {
    if (this.#run?.endpoint) return gettext("no rate"); // it failed, or wrote less than three tokens
    return UNKNOWN_RATE[machine] ?? UNKNOWN_RATE.here;
  }

  #showProblem(sentence) {
    this.#parts.problem.hidden = sentence === "";
    this.#parts.problem.textContent = sentence;
  }

  /** Digits that run are not for screen readers; those that stand are. */
  #hideRunning(isRunning) {
    for (const part of RUNNING) this.#parts[part].setAttribute("aria-hidden", isRunning);
  }

  #explain(explainer) {
    const parts = this.#parts;
    const words = () => this.#race?.words ?? this.#words;
    explainer.attach(parts.speed, () =>
      explanations.laneRate(this.#lane, words(), this.#run ? gettext("this prompt") : this.#promptName));
    explainer.attach(parts.progress, () => explanations.progress(this.#run));
    explainer.attach(parts["live-number"], () => explanations.outputSpeed(this.#run, words()));
    explainer.attach(parts["first-number"], () => explanations.firstToken(this.#run));
    explainer.attach(parts["time-number"], () => explanations.totalTime(this.#run));
  }
}

function partsOf(element) {
  const parts = Array.from(element.querySelectorAll("[data-part]"));
  return Object.fromEntries(parts.map((part) => [part.dataset.part, part]));
}
