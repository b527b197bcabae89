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
    return this.lanes.map(({ received }) => received);
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
    this.lanes.forEach((run, i) => run.begin(this.flag, this.flag.endpoints[i]));
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
  received = 0; // entries of its log that came: tokens; of an endpoint, deltas
  seq = 0; // the last frame that came on this subscription
  acknowledged = 0; // of these
  clock_s = null; // of the last token that came
  clock = null; // {ttft_s, total_s, tokens_per_s, end_to_end_tokens_per_s} once it has finished
  reason = null;
  problem = null;
  warning = null; // what was said of it alone; it tells why the lane ended
  total = null; // tokens of the whole answer
  endpoint = null; // {deltas, tokens, is_reported, …} of a lane with words of its own
  #first_s = null;

  constructor(lane) {
    this.lane = lane;
  }

  /** Tokens that came; of an endpoint, its deltas' share of the tokens that it wrote. */
  get count() {
    if (!this.endpoint || this.received === 0) return this.received;
    return Math.round((this.received * this.endpoint.tokens) / this.endpoint.deltas);
  }

  /** "~" where an endpoint did not say how many tokens it wrote, and a delta was taken for one. */
  get about() {
    return this.endpoint?.deltas > 0 && !this.endpoint.is_reported ? "~" : "";
  }

  get isOpen() {
    return this.reason === null;
  }

  get hasArrived() {
    return this.reason === "stop" || this.reason === "length";
  }

  /** Whether its time has a place among the others': one that leaves out a first token may be any longer, and an
      endpoint's is that of other words. */
  get hasTime() {
    return this.hasArrived && !this.isWithoutFirst && this.clock.total_s !== null && this.lane.machine !== "endpoint";
  }

  /** Frames count from 1 again, and a lane that had died runs again or is said to have died once more. */
  resume() {
    this.seq = this.acknowledged = 0;
    if (this.reason === "error") this.reason = this.clock = this.problem = this.warning = null;
  }

  begin({ count, measured }, endpoint) {
    this.endpoint = endpoint;
    this.total = endpoint?.tokens ?? count;
    if (endpoint) this.#first_s = endpoint.measured.ttft_s;
    else this.#first_s = this.lane.machine === "here" ? measured.ttft_s : dueAt(this.lane, 1);
  }

  take({ seq, text, count, clock_s }) {
    this.seq = seq;
    this.text += text;
    this.received += count;
    this.clock_s = clock_s;
  }

  /** `problem`: what was said of the race, where nothing was of the lane. */
  finish({ reason, clock }, problem) {
    this.reason = reason;
    this.clock = clock;
    if (reason === "error") this.problem = this.warning ?? problem ?? { code: "internal", message: "" };
  }

  /** Time to the first token; null where nobody published it, or it has not come. */
  get ttft_s() {
    if (this.clock) return this.clock.ttft_s;
    const isKnown = ["here", "endpoint"].includes(this.lane.machine) || this.lane.ttft_s !== null;
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
    if (this.endpoint) return this.endpoint.measured.tokens_per_s;
    return this.lane.machine === "here" ? (flag?.measured.tokens_per_s ?? null) : this.lane.tokens_per_s;
  }
}
