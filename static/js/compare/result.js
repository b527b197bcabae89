/* A race that is over → rows of figures, one row a lane: each figure has its text, its number, its explanation.
   Table, chart, CSV and picture print these, so they cannot differ. */

import * as explanations from "./explanations.js";
import { hardwareName, modelName, placeText, sideOf, usersText } from "./words.js";
import { UNKNOWN, countText, durationText, rateText, secondsText, wholeText } from "../format.js";

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

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

function aboutText({ words, flag, isReplay, reason }) {
  const computed = `${countText(flag.count, "token")} by ${words.name}, computed here in ${secondsText(flag.computed_s)}, measured.`;
  const replayed = isReplay ? " This is a replay: the same words once more, nothing was computed for it." : "";
  return `${computed}${replayed}${reason === "stopped" ? " Stopped before every lane had all of them." : ""}`;
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
    mark: lane.kind,
    source: lane.source,
    costAbout: lane.cost_about ?? "",
    figures: run.clock ? figuresOf(run, race.words) : {},
  };
}

function figuresOf(run, words) {
  const { lane, clock } = run;
  const joules = lane.joules_per_token ?? null;
  const usd = lane.usd_per_million_tokens ?? null;
  return {
    output_tokens_per_s: figure(clock.tokens_per_s, rateText, () => explanations.outputSpeed(run, words)),
    end_to_end_tokens_per_s: figure(clock.end_to_end_tokens_per_s, rateText, () => explanations.endToEnd(run)),
    ttft_s: figure(clock.ttft_s, durationText, () => explanations.firstToken(run)),
    total_s: figure(run.count ? clock.total_s : null, () => explanations.timeText(run), () => explanations.totalTime(run)),
    joules_per_token: figure(joules, digitsText, (text) => explanations.energy(run, text)),
    usd_per_million_tokens: figure(usd, moneyText, (text) => explanations.dollars(run, text)),
  };
}

/** What is not known is a dash, and has no number. */
function figure(value, textOf, explain) {
  const text = value === null ? UNKNOWN : textOf(value);
  return { value, text, explanation: () => explain(text) };
}

/** About three digits that count, however small. */
function digitsText(number) {
  return number < 100 ? threeDigits.format(number) : wholeText(number);
}

function moneyText(usd) {
  return `$${usd < 1000 ? cents.format(usd) : wholeText(usd)}`;
}
