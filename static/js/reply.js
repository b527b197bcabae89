/* State of one answer: what the socket said about it, with this browser's own stamps beside it.
   `now_ms` is performance.now(), handed in. Nothing here knows of sockets or elements. */

import { newId } from "./identity.js";
import { gettext } from "./language.js";
import { cyclesFor, rateBetween } from "./rates.js";

const OPEN_STATES = new Set(["waiting", "warming", "streaming"]);
const STATE_AT_END = { stop: "finished", length: "finished", stopped: "stopped", error: "error" };
const UNSENT = gettext("The page was closed before the server had this question.");
const KEPT = [
  "model", "gpus", "state", "text", "count", "words", "prediction", "published", "baseline", "reason", "usage",
  "measured", "problem", "clock_s", "computed_s",
];

export class Reply {
  id = newId();
  state = "waiting";
  text = "";
  html = []; // of its finished blocks, in pieces as they came
  rendered = 0; // how much of the text they are
  count = 0;
  seq = 0; // the last frame that came on this subscription
  key = null;
  words = null;
  prediction = null;
  published = null; // what others say of the same model on LPUs
  baseline = null; // what GPUs would do with the same model
  reason = null;
  usage = null;
  measured = null;
  problem = null; // {code, message} where there is one
  stopWanted = false;
  leftOut = 0; // old messages for which there was no room in the request
  isElsewhere = false; // another tab reads it, and this one what that tab keeps
  acceptedAt_ms = null;
  clock_s = null; // the two stamps of the last token that came
  computed_s = null;
  #warning = null;
  #arrivals = { first: null, last: null };
  #computed = { first: null, last: null };

  /** `gpus`: {system, refusal}: which to compare with, null the usual, or why there is no figure of them. */
  constructor(model, gpus = { system: null, refusal: null }) {
    this.model = model;
    this.gpus = gpus;
  }

  /** One that was kept. */
  static of(record) {
    const reply = new Reply(record.model, record.gpus);
    reply.id = record.id;
    reply.restore(record);
    return reply;
  }

  /** What is kept of it: with the key only while the rest can be had by it. Times of day, for the next page
      counts its own from another beginning. */
  record() {
    const kept = Object.fromEntries(KEPT.map((name) => [name, this[name]]));
    const acceptedAt_ms = this.isAccepted ? this.acceptedAt_ms + performance.timeOrigin : null;
    return {
      ...kept,
      acceptedAt_ms,
      key: this.isOpen ? this.key : null,
      arrivals: shifted(this.#arrivals, performance.timeOrigin),
      computed: this.#computed,
    };
  }

  /** As a record tells it. What was never accepted was never heard, unless another tab waits for it. */
  restore(record, isElsewhere = false) {
    for (const name of KEPT) this[name] = record[name];
    this.key = record.key;
    this.acceptedAt_ms = (record.acceptedAt_ms ?? 0) - performance.timeOrigin;
    this.#arrivals = shifted(record.arrivals, -performance.timeOrigin);
    this.#computed = { ...record.computed };
    this.isElsewhere = isElsewhere && this.isOpen;
    if (this.isOpen && this.key === null && !isElsewhere) this.lose("unsent", UNSENT);
  }

  get isOpen() {
    return OPEN_STATES.has(this.state);
  }

  get isAccepted() {
    return this.prediction !== null;
  }

  get isRefused() {
    return this.state === "error" && !this.isAccepted;
  }

  /** Again after a resume: the first acceptance stands, the frames count from 1. */
  accept(message, now_ms) {
    this.isElsewhere = false;
    this.key = message.key;
    this.words ??= { ...message.words, dropped_turns: message.words.dropped_turns + this.leftOut };
    this.prediction = message.prediction;
    this.published = message.published;
    this.baseline = this.gpus.refusal ? null : message.baseline;
    this.acceptedAt_ms ??= now_ms;
    this.seq = 0;
  }

  take({ seq, text, count, clock_s, computed_s, html, rendered }, now_ms) {
    this.seq = seq;
    this.text += text;
    this.#takeHtml(html, rendered);
    this.count += count;
    this.clock_s = clock_s;
    this.computed_s = computed_s;
    this.state = "streaming";
    if (count === 0) return;
    note(this.#arrivals, this.count, now_ms / 1000);
    note(this.#computed, this.count, computed_s);
  }

  finish({ reason, usage, measured, html, rendered }) {
    this.#takeHtml(html, rendered);
    this.reason = reason;
    this.usage = usage;
    this.measured = measured;
    this.state = STATE_AT_END[reason];
    if (reason === "error") this.problem ??= this.#warning ?? { code: "internal", message: "" };
  }

  /** The text as it is, rendered anew. */
  render({ html, rendered }) {
    this.html = [];
    this.#takeHtml(html, rendered);
  }

  /** Never accepted: the prompt is still the reader's. */
  refuse(code, message) {
    this.problem = { code, message };
    this.state = "error";
  }

  /** The rest cannot be had any more; what came stays. */
  lose(code, message) {
    this.problem = { code, message };
    this.state = "lost";
  }

  /** An error on the way, which ends nothing by itself. */
  warn(code, message) {
    this.#warning = { code, message };
  }

  /** Ended here, before the server had heard of it. */
  withdraw() {
    this.state = "stopped";
    this.reason = "stopped";
  }

  /** This machine's rate by the engine's stamps: live, and then of the whole answer. */
  get machineTokensPerS() {
    if (this.measured) return this.measured.tokens_per_s;
    return rateBetween(this.#computed.first, this.#computed.last);
  }

  /** The cycles of what came: from `accepted` alone, with the count of this page. */
  get predictedCycles() {
    return this.prediction?.cycles ? cyclesFor(this.prediction.cycles, this.count) : null;
  }

  /** The same by the clock's account: from `finished` alone. */
  get clockCycles() {
    return this.usage?.cycles ? this.usage.cycles.prompt + this.usage.cycles.completion : null;
  }

  /** What this browser received per second, between its first frame and its last. */
  get shownTokensPerS() {
    return rateBetween(this.#arrivals.first, this.#arrivals.last);
  }

  /** What this browser saw: seconds from acceptance to the first frame, and to the last. */
  get shown_s() {
    const after = (arrival) => (arrival ? arrival.at_s - this.acceptedAt_ms / 1000 : null);
    return { first: after(this.#arrivals.first), last: after(this.#arrivals.last) };
  }

  /** How long after its clock time the last text came; network and frames included. */
  get late_s() {
    if (!this.#arrivals.last || this.prediction.tokens_per_s === null) return 0;
    return this.#arrivals.last.at_s - this.acceptedAt_ms / 1000 - this.clock_s;
  }

  /** The clock's seconds from acceptance to the last token so far. */
  get total_s() {
    return this.usage?.total_time ?? this.clock_s;
  }

  #takeHtml(html, rendered) {
    if (!html) return;
    this.html.push(html);
    this.rendered = rendered;
  }
}

function note(stamps, count, at_s) {
  stamps.first ??= { count, at_s };
  stamps.last = { count, at_s };
}

function shifted({ first, last }, by_ms) {
  const shift = (stamp) => stamp && { ...stamp, at_s: stamp.at_s + by_ms / 1000 };
  return { first: shift(first), last: shift(last) };
}
