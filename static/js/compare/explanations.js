/* A number of the race → its explanation {title, mark, lines}: what it is, its mark, its source, how it was
   computed. A lane's mark holds for all of its figures. */

import { hardwareName, whoText } from "./words.js";
import { paceLines } from "../cycles.js";
import { MARKS } from "../explanations.js";
import { countText, durationText, rateText, secondsText, wholeText } from "../format.js";

const NO_FIRST = "No time to its first token was published, so its clock starts at once.";
/** Of a figure that is not itself published, though its clock is. */
export const COMPUTED = "computed from published figures";
const COMPUTED_MARK = `${COMPUTED}: this race’s tokens by a clock at the published rate.`;
const TOO_SHORT = "Not known: fewer than three tokens have no rate.";
const ANOTHER_MODEL = "It is another model than any here, so no ratio is drawn with it.";

/** Of a lane before or during a race. `promptName`: which prompt its clock is for. */
export function laneRate(lane, words, promptName) {
  if (lane.machine === "here") return hereRate(lane, words);
  return {
    title: `${rateText(lane.tokens_per_s)} tokens/s, ${hardwareName(lane)}`,
    mark: MARKS[lane.kind],
    lines: [
      ...linesOf[lane.machine](lane, words, promptName),
      ...(lane.kind === "published" && lane.ttft_s === null ? [NO_FIRST] : []),
      `Source: ${lane.source}.`,
      ...tokenLines(words),
    ],
  };
}

const linesOf = {
  lpu: (lane, words, promptName) => [
    `How fast ${whoText(lane, words)} gives one user the tokens of an answer, after the first.`,
    ...(lane.cycles ? [...paceLines(lane.cycles, promptName), "The rate is the mean over 128 tokens."] : []),
  ],
  gpu: (lane, words) => [
    `How fast ${whoText(lane, words)} gives ${lane.users === 1 ? "one user" : "each of them"} the tokens of an answer, after the first: 1 ÷ the time of a step.`,
    ...stepLines(lane.parts),
  ],
  service: (lane, words) => [
    `How fast ${whoText(lane, words)}${lane.users > 1 ? "," : ""} gave the tokens of an answer, after the first. What runs there is not known here.`,
    ...(lane.end_to_end_tokens_per_s === null
      ? []
      : [`End to end, the first token’s time included, ${rateText(lane.end_to_end_tokens_per_s)} tokens/s were published.`]),
    ...(lane.model_id === null ? [ANOTHER_MODEL] : []),
  ],
};

/** "A step takes 11.6 ms:" and then each of its parts. */
export function stepLines(parts) {
  if (!parts?.length) return [];
  const step_s = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const told = parts.map(({ name, about, seconds }) => `${durationText(seconds)} ${name}. ${about}`);
  return [`A step takes ${durationText(step_s)}:`, ...told];
}

function hereRate(lane, words) {
  return {
    title: "As fast as this machine computes",
    mark: MARKS.measured,
    lines: [
      `This lane shows the words of ${words.name} with the stamps that they were computed with, before the flag.`,
      "It is measured and this is no LPU, so no ratio is drawn with it.",
      `Source: ${lane.source}.`,
    ],
  };
}

export function flag({ count, computed_s, measured }, words) {
  return {
    title: `${countText(count, "token")} in ${secondsText(computed_s)}`,
    mark: MARKS.measured,
    lines: [
      `${words.name} wrote them on this machine, once, before the flag; the time to the first token is part of it.`,
      ...(measured.tokens_per_s === null ? [] : [`After the first token that was ${rateText(measured.tokens_per_s)} tokens/s.`]),
      "Since then nothing of this race is computed: every lane reads the same words.",
      ...tokenLines(words),
    ],
  };
}

export function progress(run) {
  return {
    title: `${wholeText(run.count)} of ${wholeText(run.total ?? 0)} tokens`,
    mark: computedMark(run.lane),
    lines: ["How many tokens this lane’s clock has let out since the flag.", `Source of its clock: ${run.lane.source}.`],
  };
}

/** The mark of what is computed here by a lane's clock. */
function computedMark({ kind }) {
  return kind === "published" ? COMPUTED_MARK : MARKS[kind];
}

/** Output speed of what this lane has shown. */
export function outputSpeed(run, words) {
  return {
    title: `${rateText(run.tokensPerS)} tokens/s, output speed`,
    mark: run.isOpen ? computedMark(run.lane) : MARKS[run.lane.kind],
    lines: [
      ...(run.tokensPerS === null && !run.isOpen ? [TOO_SHORT] : []),
      "Tokens after the first ÷ the seconds between the first and the last, by this lane’s clock.",
      ...(run.lane.kind === "published" ? ["The clock runs at the published rate; the words are this race’s."] : []),
      `Source: ${run.lane.source}.`,
      ...tokenLines(words),
    ],
  };
}

export function endToEnd(run, text) {
  return {
    title: `${text} tokens/s, end to end`,
    mark: MARKS[run.lane.kind],
    lines: [endToEndText(run), `Source: ${run.lane.source}.`],
  };
}

/** What was published stays as it was, so that it agrees with what is said of it under the table. */
function endToEndText({ lane, count, clock }) {
  if (lane.kind === "published") {
    return lane.end_to_end_tokens_per_s === null
      ? "Not known: nobody published it."
      : "Published for answers of its own length, the first token’s time included. This race’s own figure would differ, because its answer’s length does.";
  }
  if (clock.end_to_end_tokens_per_s === null) return TOO_SHORT;
  return `${countText(count, "token")} ÷ all ${secondsText(clock.total_s)} since ${beginningOf(lane)}, the first token’s time included. A longer answer has more.`;
}

export function firstToken(run) {
  return {
    title: `${durationText(run.ttft_s)} to the first token`,
    mark: MARKS[run.lane.kind],
    lines: [
      run.isWithoutFirst ? NO_FIRST : `From ${beginningOf(run.lane)} to this lane’s first token, by its own clock.`,
      ...(run.isWithoutFirst ? [] : [run.lane.kind === "published" ? PUBLISHED_FIRST : FIRST_HAS[run.lane.machine]]),
      `Source: ${run.lane.source}.`,
    ],
  };
}

/** This machine's stamps were taken before the flag, and its lane shows them as if they began there. */
function beginningOf({ machine }) {
  return machine === "here" ? "acceptance" : "the flag";
}

const PUBLISHED_FIRST = "Network and queue of the published measurement are in it.";
const SIMULATED_FIRST = "No network and no queue are in it.";
const FIRST_HAS = {
  lpu: SIMULATED_FIRST,
  gpu: SIMULATED_FIRST,
  here: "Waiting for other visitors and for kernels that were still compiling is in it; no network is.",
};

export function totalTime(run) {
  return {
    title: `${countText(run.count, "token")} in ${timeText(run)}`,
    mark: computedMark(run.lane),
    lines: [
      run.elapsed_s === null ? "Not known: this lane broke, or had no token." : `From ${beginningOf(run.lane)} to this lane’s last token, by its own clock.`,
      ...(run.lane.machine === "here" ? [FIRST_HAS.here] : []),
      ...(run.isWithoutFirst && run.elapsed_s !== null ? ["The time to the first token was not published and is missing here, so it is longer than this."] : []),
      `Source: ${run.lane.source}.`,
    ],
  };
}

/** What was not published makes a time longer: "> 3.10 s". */
export function timeText(run) {
  const text = run.elapsed_s === null ? durationText(null) : durationText(run.elapsed_s);
  return run.isWithoutFirst && run.elapsed_s !== null ? `> ${text}` : text;
}

export function energy(run, text) {
  return cost(run, `${text} J a token`, "Power of the whole machine ÷ its tokens/s.");
}

export function dollars(run, text) {
  return cost(run, `${text} a million tokens`, "What the machine costs in the time of a million tokens.");
}

function cost({ lane }, title, how) {
  const isKnown = Boolean(lane.cost_about);
  return {
    title,
    mark: MARKS[lane.kind],
    lines: isKnown
      ? [`${how} With ${countText(lane.users, "user")} at once.`, `Assumed: ${lane.cost_about}.`, UNLIKE[lane.machine]]
      : [NO_COST[lane.machine] ?? "Not known for this model."],
  };
}

const NO_COST = {
  service: "Not known: nobody published it, and this project does not guess.",
  here: "Not measured here.",
};

const UNLIKE = {
  lpu: "These are owned chips, paid for whoever uses them; GPUs beside them are rented. The two assume unlike things.",
  gpu: "These are rented GPUs; LPU chips beside them are owned. The two assume unlike things.",
};

export function ratio({ about, rate }, text, lane) {
  return {
    title: `${text}, ${rate}`,
    mark: `computed from two numbers that are ${lane.kind}.`,
    lines: [`${about}.`, `Source: ${lane.source}.`, "It says nothing of chips, power or price."],
  };
}

/** A point of the curves under load. */
export function loadPoint(curve, load, title, how) {
  return {
    title,
    mark: MARKS.simulated,
    lines: [`${curve.name} with ${countText(load.users, "user")} at once. ${how}`, `Source: ${curve.source}.`],
  };
}

export function tokenLines(words) {
  if (!words?.chars_per_token) return [];
  return [`Tokens are counted as ${words.name} counts them; one is about ${words.chars_per_token.toFixed(1)} characters.`];
}

