/* A race that is over → rows of figures, one row a lane: each figure has its text, its number, its explanation.
   Table, chart, CSV and picture print these, so they cannot differ. */

import * as explanations from "./explanations.js";
import { endText, hardwareName, meanwhileText, modelName, placeText, sideOf, usersText } from "./words.js";
import { UNKNOWN, countText, durationText, rateText, secondsText, wholeText } from "../format.js";
import { gettext } from "../language.js";

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const OWNERSHIP = { lpu: gettext("owned"), gpu: gettext("rented") }; // what dollars assume
const OF_ITS_LENGTH = { about: gettext("for answers of the published length, not of this race’s; ") };

/** In the table's order. `unit` stands in the head of the column, `id` in the CSV's. */
export const COLUMNS = [
  { id: "output_tokens_per_s", title: gettext("output speed"), unit: "tokens/s" },
  { id: "end_to_end_tokens_per_s", title: gettext("end to end"), unit: "tokens/s" },
  { id: "ttft_s", title: gettext("first token"), unit: "" },
  { id: "total_s", title: gettext("total time"), unit: "" },
  { id: "joules_per_token", title: gettext("energy"), unit: gettext("J per token") },
  { id: "usd_per_million_tokens", title: gettext("dollars"), unit: gettext("per million tokens") },
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
  const hasOwn = lanes.some(({ lane }) => lane.machine === "endpoint");
  const isCut = reason === "stopped" && !lanes.every(({ hasArrived }) => hasArrived);
  const computed = gettext("%(tokens)s by %(name)s, computed here in %(time)s, measured.", {
    tokens: countText(flag.count, "token"),
    name: words.name,
    time: secondsText(flag.computed_s),
  });
  return [
    computed,
    ...(hasOwn ? [gettext("The endpoint’s own words were asked for before the flag, after these and while nothing else of the race was computed.")] : []),
    ...(isReplay ? [gettext("This is a replay: the same words once more, nothing was computed for it.")] : []),
    ...(isCut ? [gettext("Stopped before every lane had all of them.")] : []),
  ].join(" ");
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
    count: run.about ? `${run.about}${run.count}` : run.count,
    total: run.about ? `${run.about}${run.total}` : run.total,
    meanwhile: meanwhileText(run),
    others: run.endpoint,
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
  const counted = run.about ? { about: gettext("tokens counted by deltas, one for each; ") } : {};
  const aboutRate = (rate) => `${run.about}${rateText(rate)}`;
  const joules = lane.joules_per_token ?? null;
  const usd = lane.usd_per_million_tokens ?? null;
  const assumed = `${lane.cost_about}${gettext("; ")}`;
  const isPublished = lane.kind === "published";
  const endToEnd = (isPublished ? lane : clock).end_to_end_tokens_per_s;
  return {
    output_tokens_per_s: figure(clock.tokens_per_s, aboutRate, () => explanations.outputSpeed(run, words), counted),
    end_to_end_tokens_per_s: figure(endToEnd, aboutRate, (text) => explanations.endToEnd(run, text), isPublished ? OF_ITS_LENGTH : counted),
    ttft_s: figure(clock.ttft_s, durationText, () => explanations.firstToken(run)),
    total_s: figure(clock.total_s, () => explanations.timeText(run), () => explanations.totalTime(run), isPublished ? totalMarks(run) : {}),
    joules_per_token: figure(joules, digitsText, (text) => explanations.energy(run, text), { about: assumed }),
    usd_per_million_tokens: figure(usd, moneyText, (text) => explanations.dollars(run, text), {
      note: OWNERSHIP[lane.machine],
      about: `${OWNERSHIP[lane.machine]}${gettext("; ")}${assumed}`,
    }),
  };
}

/** The time of this race's tokens was published by nobody. */
function totalMarks({ isWithoutFirst }) {
  const about = isWithoutFirst
    ? gettext("without the first token’s time, which was not published; ")
    : gettext("the first token’s time and the rate were published; ");
  return { mark: explanations.COMPUTED, note: gettext("computed"), about };
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
