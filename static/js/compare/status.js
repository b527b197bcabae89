/* View: one line on how the race stands, the connection, and what was refused; and the same, once each, for who
   does not see it. */

import * as explanations from "./explanations.js";
import { countText, secondsText } from "../format.js";

const CONNECTION_TEXT = {
  open: "",
  lost: "The connection is lost. This page reconnects by itself, and nothing is lost.",
  refused: "The server refuses this page’s address. Open it at the address that the server printed.",
};
const LOST = "The connection was lost, and the rest of this race can no longer be had from the server. What came is kept.";
const TAKEN_OVER = "This race is read elsewhere now, and its rest can no longer be had here. What came is kept.";
const FAILED = "Something broke while the words were computed.";
const GONE = "These words are no longer kept on the server: race again, and they are computed anew.";

export class StatusView {
  #part;
  #announcer;
  #words;
  #race = null;

  constructor(part, { announcer, words }) {
    this.#part = part;
    this.#announcer = announcer;
    this.#words = words;
    if (words.state !== "failed") return;
    part("notice").hidden = false;
    part("notice").textContent = words.detail || "The model that writes the words could not be loaded.";
  }

  /** Of the flag's line. */
  get explanation() {
    return explanations.flag(this.#race.flag, this.#race.words);
  }

  asked(race) {
    this.#race = race;
    this.#showProblem("", race);
    this.#part("flag").hidden = this.#part("see").hidden = true;
    this.#show(race.replayed ? "The same words are fetched once more…" : `The words are being computed, once, by ${this.#words.name}…`);
  }

  accepted({ words: { name, dropped_turns: dropped }, isReplay, flag }) {
    if (flag || isReplay || dropped) return;
    this.#show(`The words are being computed, once, by ${name}…`);
  }

  dropped({ flag: { count, computed_s: computed }, isReplay }) {
    if (!this.#part("flag").hidden) return; // resumed: it was said
    const told = `${countText(count, "token")} in ${secondsText(computed)}`;
    const after = "Every lane now shows the same words at its own clock.";
    this.#part("flag").hidden = false;
    this.#part("flag").replaceChildren(...marked(told, "measured here"));
    this.#show(isReplay ? "Replay, nothing is computed." : "", after);
    this.#announcer.say(`${isReplay ? "Replay: " : ""}${told}, measured here. ${after}`);
  }

  /** `standing`: the race that the page shows, which is the one before where this one was not accepted.
      What has a result is said with it. */
  ended(race, { standing, hasResult }) {
    const sentence = sentenceOf(race);
    this.#race = standing;
    this.#showProblem(sentence, race);
    if (sentence !== "") this.#announcer.say(`${laneText(race.problem)}${sentence}`);
    else if (!hasResult) this.#announcer.say(endingText(race));
    this.#part("flag").hidden = standing.flag === null;
    this.#part("see").hidden = this.#part("result").hidden;
    this.#show(standing.flag && standing.isReplay ? "Replay, nothing was computed." : "", endingText(standing));
  }

  connection(state) {
    const text = CONNECTION_TEXT[state];
    const wasLost = document.body.dataset.connection === "lost";
    document.body.dataset.connection = state;
    this.#part("connection").textContent = text;
    this.#part("connection").hidden = text === "";
    if (text !== "" || wasLost) this.#announcer.say(text || "Connected again.");
  }

  #show(before, after = "") {
    this.#part("status").textContent = before;
    this.#part("status-after").textContent = after;
  }

  /** Above the button, unless a lane says it. */
  #showProblem(sentence, { problem }) {
    const isOfLane = Number.isInteger(problem?.lane);
    this.#part("problem").hidden = sentence === "" || isOfLane;
    this.#part("problem").textContent = sentence;
  }
}

function sentenceOf({ state, problem, replayed }) {
  if (!problem) return "";
  if (state === "lost") return problem.code === "taken_over" ? TAKEN_OVER : LOST;
  if (problem.code === "gone" && replayed) return GONE;
  return problem.message || FAILED;
}

/** How a race ended, in a sentence; empty where a problem says it. */
function endingText({ state, flag, lanes, words, problem }) {
  if (!flag) return state === "stopped" ? "Stopped before the flag." : "";
  if (flag.count === 0) return `${words.name} wrote nothing.`;
  if (lanes.every(({ hasArrived }) => hasArrived)) return "Every lane showed the same words at its own clock.";
  if (state === "lost") return problem.code === "taken_over" ? "It is read elsewhere now." : "The connection was lost on the way.";
  if (state === "error") return "It broke off on the way.";
  const broken = lanes.flatMap(({ reason }, i) => (reason === "error" ? [i + 1] : []));
  const who = broken.length > 0 ? `${countedLanes(broken)} broke` : "";
  if (state === "stopped") return who ? `Stopped; ${who.toLowerCase()} before.` : "Stopped.";
  return broken.length === lanes.length ? `${who}.` : `${who}; every other lane showed the same words at its own clock.`;
}

/** "Lane 2", "Lanes 1 and 3". */
function countedLanes(numbers) {
  return `${numbers.length === 1 ? "Lane" : "Lanes"} ${new Intl.ListFormat("en").format(numbers.map(String))}`;
}

function laneText({ lane }) {
  return Number.isInteger(lane) ? `Lane ${lane + 1}: ` : "";
}

function marked(text, mark) {
  const number = document.createElement("b");
  const span = document.createElement("span");
  number.textContent = text;
  span.textContent = mark;
  span.className = "mark";
  return [number, ", ", span, "."];
}
