/* State: the race that is on, or was last, and what goes to the socket for it. Whoever listens hears
   `changed(race, what, lane)`: asked, accepted, resumed, asking, flag, tokens, lane, ended. A race that was not accepted
   leaves the one before it in its place. */

import { gettext } from "../language.js";
import { bytesOf } from "../request.js";
import { Race } from "./race.js";

const ACCEPTANCE_LIMIT_MS = 20000; // a program may have to be compiled first
const TOO_LONG = gettext("This question is longer than a message may be: shorten it, or ask in parts.");
const LANE_OF_MESSAGE = /^lanes\[(\d)\][.:]?\s*/;

export class Racing {
  race = null;
  #send;
  #renew;
  #params;
  #limit_bytes;
  #onChange;
  #keys = []; // of endpoints, by lane, until the race that they go with is accepted
  #isResuming = false;
  #before = null;

  constructor({ send, renew, params, limit_bytes, onChange }) {
    this.#send = send;
    this.#renew = renew;
    this.#params = params;
    this.#limit_bytes = limit_bytes;
    this.#onChange = onChange;
  }

  get isOn() {
    return this.race?.isOpen ?? false;
  }

  start(prompt, entries, at, keys) {
    this.#begin(new Race({ prompt, entries, at }), keys);
  }

  /** The words of the race that was, in the lanes as they are now. */
  replay(entries, at) {
    const { prompt, key } = this.race;
    this.#begin(new Race({ prompt, entries, replayed: key, at }));
  }

  stop() {
    if (!this.isOn) return;
    const { race } = this;
    race.stopWanted = true;
    const heard = this.#send({ type: "stop", id: race.id });
    if (!heard && !race.isAccepted) this.#end("stopped");
  }

  /** Cumulative: everything of a lane up to its last frame was drawn. */
  acknowledge(lane) {
    const run = this.race.lanes[lane];
    if (!this.isOn || !run || run.seq === run.acknowledged) return;
    run.acknowledged = run.seq;
    this.#send({ type: "ack", id: this.race.id, lane, seq: run.seq });
  }

  /** A new socket knows nothing: a race that is on is resumed, one that nobody heard of asked for again. */
  reconnected() {
    if (!this.isOn) return;
    const { id, key, counts, isAccepted } = this.race;
    if (!isAccepted) return this.#ask();
    this.#isResuming = true;
    this.#send({ type: "resume", id, key, counts });
  }

  receive(message) {
    if (!this.#isOfThisRace(message)) return;
    const { race } = this;
    if (message.type === "accepted") this.#accepted(message);
    if (message.type === "asking") this.#tell("asking", message.lane);
    if (message.type === "flag") this.#dropped(message);
    if (message.type === "tokens") this.#tokens(message);
    if (message.type === "finished" && message.lane !== undefined) this.#laneFinished(message);
    if (message.type === "finished" && message.lane === undefined) {
      race.finish(message);
      this.#tell("ended");
    }
    if (message.type === "error") this.#error(message);
  }

  #begin(race, keys = []) {
    this.#keys = keys;
    this.#before = this.race;
    this.race = race;
    this.#isResuming = false;
    this.#tell("asked");
    this.#ask();
  }

  #ask() {
    const { race } = this;
    const { id, entries, prompt, replayed } = race;
    const lanes = entries.map((entry, i) => (this.#keys[i] ? { ...entry, key: this.#keys[i] } : entry));
    const asked = replayed
      ? { words: replayed }
      : { messages: [{ role: "user", content: prompt }], params: this.#params };
    const message = { type: "race", id, lanes, ...asked };
    if (bytesOf(message) > this.#limit_bytes) this.#end("refused", problemOf("too_long", TOO_LONG));
    else if (this.#send(message)) this.#expectAcceptance(race);
  }

  /** A half-open socket swallows a race in silence: after a while another one is tried. */
  #expectAcceptance(race) {
    setTimeout(() => {
      if (race.isOpen && !race.isAccepted) this.#renew();
    }, ACCEPTANCE_LIMIT_MS);
  }

  #accepted(message) {
    const what = this.race.isAccepted ? "resumed" : "accepted";
    this.#isResuming = false;
    this.#before = null;
    this.#keys = [];
    this.race.accept(message);
    if (this.race.stopWanted) this.#send({ type: "stop", id: this.race.id });
    this.#tell(what);
  }

  #dropped(message) {
    this.race.drop(message);
    this.#tell("flag");
  }

  #tokens(message) {
    const run = this.race.lanes[message.lane];
    if (message.seq <= run.seq) return;
    run.take(message);
    this.#tell("tokens", message.lane);
  }

  #laneFinished(message) {
    const run = this.race.lanes[message.lane];
    if (!run.isOpen) return; // resumed: it is said once more
    run.finish(message, this.race.warning);
    this.#tell("lane", message.lane);
  }

  /** Before acceptance it refuses; of a resume, or where another page reads on, the rest is lost. Else it
      tells why what follows ended. */
  #error({ code, message }) {
    if (code === "duplicate_id") return;
    const { race } = this;
    const problem = problemOf(code, message);
    if (!race.isAccepted) this.#end("refused", problem);
    else if (this.#isResuming || code === "taken_over") this.#end("lost", problem);
    else (race.lanes[problem.lane] ?? race).warning = problem;
  }

  #end(state, problem = null) {
    const { race } = this;
    race.end(state, problem);
    this.#keys = [];
    if (!race.isAccepted) this.race = this.#before ?? race;
    this.#onChange(race, "ended");
  }

  #tell(what, lane) {
    this.#onChange(this.race, what, lane);
  }

  /** Without an id an error can only be about what was sent last and not yet accepted. */
  #isOfThisRace({ type, id }) {
    if (!this.isOn) return false;
    if (id !== undefined && id !== null) return id === this.race.id;
    return type === "error" && !this.race.isAccepted;
  }
}

/** {code, message, lane}: which lane a sentence is about, null where it is about none. */
export function problemOf(code, message) {
  const found = LANE_OF_MESSAGE.exec(message);
  if (!found) return { code, message, lane: null };
  return { code, message: message.slice(found[0].length), lane: Number(found[1]) };
}
