/* A race that is over → rows of figures, one row a lane: each figure has its text, its number, its explanation.
   Table, chart, CSV and picture print these, so they cannot differ. */

import * as explanations from "./explanations.js";
import { endText, hardwareName, modelName, placeText, sideOf, usersText } from "./words.js";
import { UNKNOWN, countText, durationText, rateText, secondsText, wholeText } from "../format.js";

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const OWNERSHIP = { lpu: "owned", gpu: "rented" }; // what dollars assume
const OF_ITS_LENGTH = { about: "for answers of the published length, not of this race’s; " };

/** In the table's order. `unit` stands in the head of the column, `id` in the CSV's. */
export const COLUMNS = [
  { id: "output_tokens_per_s", title: "output speed", unit: "tokens/s" },
  { id: "end_to_end_tokens_per_s", title: "end to end", unit: "tokens/s" },
  { id: "ttft_s", title: "first token", unit: "" },
  { id: "total_s", title: "total time", unit: "" },
  { id: "joules_per_token", title: "energy", unit: "J per token" },
  { id: "usd_per_million_tokens", title: "dollars", unit: "per million tokens" },
];

/** {at, prompt, words, isReplay, about, rows}. */
export function resultOf(race) {
  return {
    at: race.at,
    prompt: race.prompt,
    words: race.words,
    isReplay: race.isReplay,
    flag: race.flag,
    about: aboutText(race),
    rows: race.lanes.map((run, i) => rowOf(race, run, i + 1)),
  };
}

function aboutText({ words, flag, isReplay, reason, lanes }) {
  const computed = `${countText(flag.count, "token")} by ${words.name}, computed here in ${secondsText(flag.computed_s)}, measured.`;
  const isCut = reason === "stopped" && !lanes.every(({ hasArrived }) => hasArrived);
  const replayed = isReplay ? " This is a replay: the same words once more, nothing was computed for it." : "";
  return `${computed}${replayed}${isCut ? " Stopped before every lane had all of them." : ""}`;
}

function rowOf(race, run, number) {
  const { lane } = run;
  return {
    number,
    side: sideOf(lane),
    place: placeText(race.placeOf(run)),
    hardware: hardwareName(lane),
    model: modelName(lane, race.words),
    users: usersText(lane),
    count: run.count,
    total: run.total,
    isWhole: run.hasArrived,
    end: endText(run),
    mark: lane.kind,
    source: lane.source,
    costAbout: lane.cost_about ?? "",
    figures: run.clock ? figuresOf(run, race.words) : {},
  };
}

function figuresOf(run, words) {
  const { lane, clock } = run;
  const figure = (...rest) => figureOf(lane, ...rest);
  const joules = lane.joules_per_token ?? null;
  const usd = lane.usd_per_million_tokens ?? null;
  const assumed = `${lane.cost_about}; `;
  const isPublished = lane.kind === "published";
  const endToEnd = (isPublished ? lane : clock).end_to_end_tokens_per_s;
  return {
    output_tokens_per_s: figure(clock.tokens_per_s, rateText, () => explanations.outputSpeed(run, words)),
    end_to_end_tokens_per_s: figure(endToEnd, rateText, (text) => explanations.endToEnd(run, text), isPublished ? OF_ITS_LENGTH : {}),
    ttft_s: figure(clock.ttft_s, durationText, () => explanations.firstToken(run)),
    total_s: figure(clock.total_s, () => explanations.timeText(run), () => explanations.totalTime(run), isPublished ? totalMarks(run) : {}),
    joules_per_token: figure(joules, digitsText, (text) => explanations.energy(run, text), { about: assumed }),
    usd_per_million_tokens: figure(usd, moneyText, (text) => explanations.dollars(run, text), {
      note: OWNERSHIP[lane.machine],
      about: `${OWNERSHIP[lane.machine]}; ${assumed}`,
    }),
  };
}

/** The time of this race's tokens was published by nobody. */
function totalMarks({ isWithoutFirst }) {
  const about = isWithoutFirst ? "without the first token’s time, which was not published; " : "the first token’s time and the rate were published; ";
  return { mark: explanations.COMPUTED, note: "computed", about };
}

/** What is not known is a dash, and has no number. `note` stands at the number, `about` before its source. */
function figureOf({ kind }, value, textOf, explain, { mark = kind, note = "", about = "" } = {}) {
  const text = value === null ? UNKNOWN : textOf(value);
  return { value, text, mark, note: value === null ? "" : note, about, explanation: () => explain(text) };
}

/** About three digits that count, however small. */
function digitsText(number) {
  return number < 100 ? threeDigits.format(number) : wholeText(number);
}

function moneyText(usd) {
  return `$${usd < 1000 ? cents.format(usd) : wholeText(usd)}`;
}
