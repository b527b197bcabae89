/* View: one line on how the race stands, the connection, and what was refused; and the same, once each, for who
   does not see it. */

import * as explanations from "./explanations.js";
import { countText, secondsText } from "../format.js";

const CONNECTION_TEXT = {
  open: "",
  lost: "The connection is lost. This page reconnects by itself, and nothing is lost.",
  refused: "The server refuses this page’s address. Open it at the address that the server printed.",
};
const LOST = "The rest of this race can no longer be had from the server. What came is kept.";
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
    this.#showProblem("");
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

  ended(race) {
    const sentence = sentenceOf(race);
    this.#showProblem(sentence);
    this.#part("see").hidden = this.#part("result").hidden;
    if (sentence !== "") this.#announcer.say(`${laneText(race.problem)}${sentence}`);
    if (!race.flag) this.#show(race.state === "stopped" ? "Stopped before the flag." : "");
    else this.#show(race.isReplay ? "Replay, nothing was computed." : "", race.state === "stopped" ? "Stopped." : "Every lane showed the same words at its own clock.");
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
  #showProblem(sentence) {
    const isOfLane = Number.isInteger(this.#race.problem?.lane);
    this.#part("problem").hidden = sentence === "" || isOfLane;
    this.#part("problem").textContent = sentence;
  }
}

function sentenceOf({ state, problem, replayed }) {
  if (!problem) return "";
  if (state === "lost") return LOST;
  if (problem.code === "gone" && replayed) return GONE;
  return problem.message || FAILED;
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
