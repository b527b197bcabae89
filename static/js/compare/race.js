/* State of one race: what the socket said about it, lane by lane. Nothing here knows of sockets or elements.
   A lane's time is its own clock's, in seconds since the flag; no network is in it. */

import { newId } from "../identity.js";
import { dueAt } from "../rates.js";

const OPEN_STATES = new Set(["waiting", "computing", "running"]);
const STATE_AT_END = { stop: "finished", length: "finished", stopped: "stopped", error: "error" };

export class Race {
  id = newId();
  state = "waiting"; // computing: accepted; running: the flag fell
  key = null;
  words = null;
  isReplay = false;
  lanes = [];
  ratios = [];
  flag = null; // {count, computed_s, measured}
  reason = null;
  problem = null; // {code, message}
  stopWanted = false;
  warning = null;

  /** `replayed`: the key of an earlier race whose words run again. `at` is when it was asked for. */
  constructor({ prompt, entries, replayed = null, at }) {
    this.prompt = prompt;
    this.entries = entries;
    this.replayed = replayed;
    this.at = at;
  }

  get isOpen() {
    return OPEN_STATES.has(this.state);
  }

  get isAccepted() {
    return this.key !== null;
  }

  get counts() {
    return this.lanes.map(({ count }) => count);
  }

  /** Again after a resume: what came stands, the frames count from 1. */
  accept({ key, words, is_replay, lanes, ratios }) {
    this.key = key;
    this.words = words;
    this.isReplay = is_replay;
    this.ratios = ratios;
    if (this.lanes.length === 0) this.lanes = lanes.map((lane) => new LaneRun(lane));
    for (const run of this.lanes) run.resume();
    if (this.state === "waiting") this.state = "computing";
  }

  drop(flag) {
    this.flag ??= flag;
    this.state = "running";
    for (const run of this.lanes) run.begin(this.flag);
  }

  /** The words are the same in all lanes, and all of them are known once one lane has them. */
  get text() {
    return this.lanes.reduce((longest, { text }) => (text.length > longest.length ? text : longest), "");
  }

  finish({ reason }) {
    this.reason = reason;
    this.state = STATE_AT_END[reason];
    if (reason === "error") this.problem = this.warning ?? { code: "internal", message: "" };
  }

  end(state, problem = null) {
    this.state = state;
    this.problem = problem;
  }

  /** By the lanes' clocks, from 1; null for who has not arrived, or at a time that is not known. */
  placeOf(run) {
    if (!run.hasTime) return null;
    return 1 + this.lanes.filter((other) => other.hasTime && other.clock.total_s < run.clock.total_s).length;
  }
}

export class LaneRun {
  text = "";
  count = 0;
  seq = 0; // the last frame that came on this subscription
  acknowledged = 0; // of these
  clock_s = null; // of the last token that came
  clock = null; // {ttft_s, total_s, tokens_per_s, end_to_end_tokens_per_s} once it has finished
  reason = null;
  problem = null;
  total = null; // tokens of the whole answer
  #first_s = null;

  constructor(lane) {
    this.lane = lane;
  }

  get isOpen() {
    return this.reason === null;
  }

  get hasArrived() {
    return this.reason === "stop" || this.reason === "length";
  }

  /** Whether its whole time is known: one that leaves out a first token may be any longer. */
  get hasTime() {
    return this.hasArrived && !this.isWithoutFirst && this.clock.total_s !== null;
  }

  /** Frames count from 1 again, and a lane that had died runs again or is said to have died once more. */
  resume() {
    this.seq = this.acknowledged = 0;
    if (this.reason === "error") this.reason = this.clock = this.problem = null;
  }

  begin({ count, measured }) {
    this.total = count;
    this.#first_s = this.lane.machine === "here" ? measured.ttft_s : dueAt(this.lane, 1);
  }

  take({ seq, text, count, clock_s }) {
    this.seq = seq;
    this.text += text;
    this.count += count;
    this.clock_s = clock_s;
  }

  finish({ reason, clock }, problem) {
    this.reason = reason;
    this.clock = clock;
    if (reason === "error") this.problem = problem ?? { code: "internal", message: "" };
  }

  /** Time to the first token; null where nobody published it, or it has not come. */
  get ttft_s() {
    if (this.clock) return this.clock.ttft_s;
    const isKnown = this.lane.machine === "here" || this.lane.ttft_s !== null;
    return isKnown && this.count > 0 ? this.#first_s : null;
  }

  /** Output speed: live by the stamps that came, at the end the account's. */
  get tokensPerS() {
    if (this.clock) return this.clock.tokens_per_s;
    if (this.count < 3 || this.clock_s <= this.#first_s) return null;
    return (this.count - 1) / (this.clock_s - this.#first_s);
  }

  get elapsed_s() {
    return this.clock ? this.clock.total_s : this.clock_s;
  }

  /** Whether its time leaves out a first token that nobody published. */
  get isWithoutFirst() {
    return this.lane.kind === "published" && this.lane.ttft_s === null;
  }

  /** Its kind of rate as it is known now: this machine's when the words are there. */
  rate(flag) {
    return this.lane.machine === "here" ? (flag?.measured.tokens_per_s ?? null) : this.lane.tokens_per_s;
  }
}
