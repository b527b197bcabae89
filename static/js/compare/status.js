/* View: one line on how the race stands, the connection, and what was refused; and the same, once each, for who
   does not see it. */

import * as explanations from "./explanations.js";
import { inText } from "../explanations.js";
import { secondsText } from "../format.js";
import { LANGUAGE, gettext, ngettext } from "../language.js";

const CONNECTION_TEXT = {
  open: "",
  lost: gettext("The connection is lost. This page reconnects by itself, and nothing is lost."),
  refused: gettext("The server refuses this page’s address. Open it at the address that the server printed."),
};
const LOST = gettext("The connection was lost, and the rest of this race can no longer be had from the server. What came is kept.");
const TAKEN_OVER = gettext("This race is read elsewhere now, and its rest can no longer be had here. What came is kept.");
const FAILED = gettext("Something broke while the words were computed.");
const OWN_WORDS_NOW = gettext("Every lane now shows them at its own clock, and an endpoint its own words at the times at which they came.");
const GONE = gettext("These words are no longer kept on the server: race again, and they are computed anew.");

const BROKEN_LANES = {
  stopped: (lanes) => ngettext("Stopped; lane %(lanes)s broke before.", "Stopped; lanes %(lanes)s broke before.", lanes.length, numbersOf(lanes)),
  all: (lanes) => ngettext("Lane %(lanes)s broke.", "Lanes %(lanes)s broke.", lanes.length, numbersOf(lanes)),
  own: (lanes) =>
    ngettext(
      "Lane %(lanes)s broke; every other lane showed its words at its own clock.",
      "Lanes %(lanes)s broke; every other lane showed its words at its own clock.",
      lanes.length,
      numbersOf(lanes),
    ),
  same: (lanes) =>
    ngettext(
      "Lane %(lanes)s broke; every other lane showed the same words at its own clock.",
      "Lanes %(lanes)s broke; every other lane showed the same words at its own clock.",
      lanes.length,
      numbersOf(lanes),
    ),
};
/** Of endpoints alone: nothing broke here. */
const FAILED_LANES = {
  stopped: (lanes) => ngettext("Stopped; lane %(lanes)s failed before.", "Stopped; lanes %(lanes)s failed before.", lanes.length, numbersOf(lanes)),
  all: (lanes) => ngettext("Lane %(lanes)s failed.", "Lanes %(lanes)s failed.", lanes.length, numbersOf(lanes)),
  own: (lanes) =>
    ngettext(
      "Lane %(lanes)s failed; every other lane showed its words at its own clock.",
      "Lanes %(lanes)s failed; every other lane showed its words at its own clock.",
      lanes.length,
      numbersOf(lanes),
    ),
};

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
    part("notice").textContent = words.detail || gettext("The model that writes the words could not be loaded.");
  }

  /** Of the flag's line. */
  get explanation() {
    return explanations.flag(this.#race.flag, this.#race.words);
  }

  asked(race) {
    this.#race = race;
    this.#showProblem("", race);
    this.#part("flag").hidden = this.#part("see").hidden = true;
    this.#show(race.replayed ? gettext("The same words are fetched once more…") : computingText(this.#words));
  }

  accepted({ words, isReplay, flag }) {
    if (flag || isReplay || words.dropped_turns) return;
    this.#show(computingText(words));
  }

  /** The words are there, and the endpoint of a lane is being measured. */
  asking({ lanes }, lane) {
    const told = gettext("The words are there. Now %(name)s is asked for its own, in lane %(lane)s, while nothing else of the race is computed…", {
      name: lanes[lane].lane.name,
      lane: lane + 1,
    });
    this.#show(told);
    this.#announcer.say(told);
  }

  dropped({ flag: { count, computed_s: computed }, isReplay, lanes }) {
    if (!this.#part("flag").hidden) return; // resumed: it was said
    const told = inText(count, secondsText(computed));
    const after = hasOwnWords(lanes) ? OWN_WORDS_NOW : gettext("Every lane now shows the same words at its own clock.");
    this.#part("flag").hidden = false;
    this.#part("flag").replaceChildren(...marked(told, gettext("measured here")));
    this.#show(isReplay ? gettext("Replay, nothing is computed.") : "", after);
    const measured = gettext("%(tokens)s, measured here.", { tokens: told });
    this.#announcer.say(`${isReplay ? gettext("Replay: ") : ""}${measured} ${after}`);
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
    this.#show(standing.flag && standing.isReplay ? gettext("Replay, nothing was computed.") : "", endingText(standing));
  }

  connection(state) {
    const text = CONNECTION_TEXT[state];
    const wasLost = document.body.dataset.connection === "lost";
    document.body.dataset.connection = state;
    this.#part("connection").textContent = text;
    this.#part("connection").hidden = text === "";
    if (text !== "" || wasLost) this.#announcer.say(text || gettext("Connected again."));
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
  if (!flag) return state === "stopped" ? gettext("Stopped before the flag.") : "";
  if (flag.count === 0) return gettext("%(name)s wrote nothing.", { name: words.name });
  if (lanes.every(({ hasArrived }) => hasArrived)) {
    return hasOwnWords(lanes)
      ? gettext("Every lane showed its words at its own clock.")
      : gettext("Every lane showed the same words at its own clock.");
  }
  if (state === "lost") return problem.code === "taken_over" ? gettext("It is read elsewhere now.") : gettext("The connection was lost on the way.");
  if (state === "error") return gettext("It broke off on the way.");
  const broken = lanes.flatMap(({ reason }, i) => (reason === "error" ? [i + 1] : []));
  if (broken.length === 0) return gettext("Stopped.");
  const isOfOthers = broken.every((number) => lanes[number - 1].lane.machine === "endpoint");
  const sentences = isOfOthers ? FAILED_LANES : BROKEN_LANES;
  if (state === "stopped") return sentences.stopped(broken);
  if (broken.length === lanes.length) return sentences.all(broken);
  return hasOwnWords(lanes) ? sentences.own(broken) : BROKEN_LANES.same(broken);
}

function hasOwnWords(lanes) {
  return lanes.some(({ lane }) => lane.machine === "endpoint");
}

/** "1 and 3", for sentences about lanes that did not get to their end. */
function numbersOf(lanes) {
  return { lanes: new Intl.ListFormat(LANGUAGE).format(lanes.map(String)) };
}

function laneText({ lane }) {
  return Number.isInteger(lane) ? gettext("Lane %(lane)s: ", { lane: lane + 1 }) : "";
}

function computingText({ name }) {
  return gettext("The words are being computed, once, by %(name)s…", { name });
}

function marked(text, mark) {
  const number = document.createElement("b");
  const span = document.createElement("span");
  number.textContent = text;
  span.textContent = mark;
  span.className = "mark";
  return [number, gettext(", "), span, gettext(".")];
}
