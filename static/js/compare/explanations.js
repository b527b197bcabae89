/* A number of the race → its explanation {title, mark, lines}: what it is, its mark, its source, how it was
   computed. A lane's mark holds for all of its figures. */

import { hardwareName, ofTokensText, rateName, runRateText, whoText } from "./words.js";
import { paceLines } from "../cycles.js";
import { MARKS, inText, sourceText, tokenLines } from "../explanations.js";
import { countText, durationText, markText, rateText, secondsText } from "../format.js";
import { gettext } from "../language.js";

const NO_FIRST = gettext("No time to its first token was published, so its clock starts at once.");
/** Of a figure that is not itself published, though its clock is. */
export const COMPUTED = gettext("computed from published figures");
const COMPUTED_MARK = gettext("computed from published figures: this race’s tokens by a clock at the published rate.");
const TOO_SHORT = gettext("Not known: fewer than three tokens have no rate.");
const OTHER_CHATS = gettext("Other chats on this machine may run meanwhile; the table says how many did.");
const BY_USAGE = gettext("Its tokens are counted as the endpoint itself reported them, in its usage.");
const BY_DELTAS = gettext("The endpoint reported no usage, so each of its deltas is taken for one token: ~.");
const ANOTHER_MODEL = gettext("It is another model than any here, so no ratio is drawn with it.");

/** Of a lane before or during a race. `promptName`: which prompt its clock is for. */
export function laneRate(lane, words, promptName) {
  if (lane.machine === "here") return hereRate(lane, words);
  if (lane.machine === "endpoint") return endpointRate(lane);
  return {
    title: gettext("%(rate)s tokens/s, %(hardware)s", { rate: rateText(lane.tokens_per_s), hardware: hardwareName(lane) }),
    mark: MARKS[lane.kind],
    lines: [
      ...linesOf[lane.machine](lane, words, promptName),
      ...(lane.kind === "published" && lane.ttft_s === null ? [NO_FIRST] : []),
      sourceText(lane),
      ...tokenLines(words),
    ],
  };
}

const linesOf = {
  lpu: (lane, words, promptName) => [
    gettext("How fast %(who)s gives one user the tokens of an answer, after the first.", { who: whoText(lane, words) }),
    ...(lane.cycles ? [...paceLines(lane.cycles, promptName), gettext("The rate is the mean over 128 tokens.")] : []),
  ],
  gpu: (lane, words) => [
    gettext("How fast %(who)s gives %(users)s the tokens of an answer, after the first: 1 ÷ the time of a step.", {
      who: whoText(lane, words),
      users: lane.users === 1 ? gettext("one user") : gettext("each of them"),
    }),
    ...stepLines(lane.parts),
  ],
  service: (lane, words) => [
    serviceText(lane, words),
    ...(lane.end_to_end_tokens_per_s === null
      ? []
      : [gettext("End to end, the first token’s time included, %(rate)s tokens/s were published.", { rate: rateText(lane.end_to_end_tokens_per_s) })]),
    ...(lane.model_id === null ? [ANOTHER_MODEL] : []),
  ],
};

function serviceText(lane, words) {
  const told = { who: whoText(lane, words) };
  return lane.users > 1
    ? gettext("How fast %(who)s, gave the tokens of an answer, after the first. What runs there is not known here.", told)
    : gettext("How fast %(who)s gave the tokens of an answer, after the first. What runs there is not known here.", told);
}

/** "A step takes 11.6 ms:" and then each of its parts. */
export function stepLines(parts) {
  if (!parts?.length) return [];
  const step_s = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const told = parts.map(({ name, about, seconds }) => `${durationText(seconds)} ${name}. ${about}`);
  return [gettext("A step takes %(time)s:", { time: durationText(step_s) }), ...told];
}

function hereRate(lane, words) {
  return {
    title: gettext("As fast as this machine computes"),
    mark: MARKS.measured,
    lines: [
      gettext("This lane shows the words of %(name)s with the stamps that they were computed with, before the flag.", { name: words.name }),
      gettext("It is measured and this is no LPU, so no ratio is drawn with it."),
      sourceText(lane),
    ],
  };
}

function endpointRate(lane) {
  return {
    title: gettext("As fast as %(name)s answers", { name: lane.name }),
    mark: MARKS.measured,
    lines: [
      gettext("%(model)s writes words of its own there. They are asked for before the flag, when the words of the race are there and nothing else of it runs, and shown at the times at which they came.", { model: lane.model }),
      gettext("It is another model than any here, as far as this page knows, so no ratio is drawn with it."),
      OTHER_CHATS,
      sourceText(lane),
    ],
  };
}

export function flag({ count, computed_s, measured }, words) {
  return {
    title: inText(count, secondsText(computed_s)),
    mark: MARKS.measured,
    lines: [
      gettext("%(name)s wrote them on this machine, once, before the flag; the time to the first token is part of it.", { name: words.name }),
      ...(measured.tokens_per_s === null ? [] : [gettext("After the first token that was %(rate)s tokens/s.", { rate: rateText(measured.tokens_per_s) })]),
      gettext("Since then nothing of this race is computed: every lane reads the same words."),
      ...tokenLines(words),
    ],
  };
}

export function progress(run) {
  return {
    title: ofTokensText(run),
    mark: computedMark(run.lane),
    lines: [
      gettext("How many tokens this lane’s clock has let out since the flag."),
      gettext("Source of its clock: %(source)s.", { source: run.lane.source }),
      ...(run.endpoint ? runTokenLines(run) : []),
    ],
  };
}

/** The mark of what is computed here by a lane's clock. */
function computedMark({ kind }) {
  return kind === "published" ? COMPUTED_MARK : MARKS[kind];
}

/** Output speed of what this lane has shown. */
export function outputSpeed(run, words) {
  return {
    title: gettext("%(rate)s tokens/s, output speed", { rate: runRateText(run) }),
    mark: run.isOpen ? computedMark(run.lane) : MARKS[run.lane.kind],
    lines: [
      ...(run.tokensPerS === null && !run.isOpen ? [TOO_SHORT] : []),
      gettext("Tokens after the first ÷ the seconds between the first and the last, by this lane’s clock."),
      ...(run.lane.kind === "published" ? [gettext("The clock runs at the published rate; the words are this race’s.")] : []),
      sourceText(run.lane),
      ...runTokenLines(run, words),
    ],
  };
}

export function endToEnd(run, text) {
  return {
    title: gettext("%(rate)s tokens/s, end to end", { rate: text }),
    mark: MARKS[run.lane.kind],
    lines: [endToEndText(run), sourceText(run.lane)],
  };
}

/** What was published stays as it was, so that it agrees with what is said of it under the table. */
function endToEndText(run) {
  const { lane, count, clock } = run;
  if (lane.kind === "published") {
    return lane.end_to_end_tokens_per_s === null
      ? gettext("Not known: nobody published it.")
      : gettext("Published for answers of its own length, the first token’s time included. This race’s own figure would differ, because its answer’s length does.");
  }
  if (clock.end_to_end_tokens_per_s === null) return TOO_SHORT;
  return gettext("%(tokens)s ÷ all %(time)s since %(beginning)s, the first token’s time included. A longer answer has more.", {
    tokens: `${run.about}${countText(count, "token")}`,
    time: secondsText(clock.total_s),
    beginning: beginningOf(lane),
  });
}

export function firstToken(run) {
  return {
    title: gettext("%(time)s to the first token", { time: durationText(run.ttft_s) }),
    mark: MARKS[run.lane.kind],
    lines: [
      run.isWithoutFirst ? NO_FIRST : gettext("From %(beginning)s to this lane’s first token, by its own clock.", { beginning: beginningOf(run.lane) }),
      ...(run.isWithoutFirst ? [] : [run.lane.kind === "published" ? PUBLISHED_FIRST : FIRST_HAS[run.lane.machine]]),
      sourceText(run.lane),
    ],
  };
}

/** This machine's stamps were taken before the flag, and its lane shows them as if they began there. */
function beginningOf({ machine }) {
  if (machine === "endpoint") return gettext("sending the request");
  return machine === "here" ? gettext("acceptance") : gettext("the flag");
}

const PUBLISHED_FIRST = gettext("Network and queue of the published measurement are in it.");
const SIMULATED_FIRST = gettext("No network and no queue are in it.");
const FIRST_HAS = {
  lpu: SIMULATED_FIRST,
  gpu: SIMULATED_FIRST,
  endpoint: gettext("The connection, the network and whatever else the endpoint does are in it."),
  here: gettext("Waiting for other visitors and for kernels that were still compiling is in it; no network is."),
};

export function totalTime(run) {
  return {
    title: `${run.about}${inText(run.count, timeText(run))}`,
    mark: computedMark(run.lane),
    lines: [
      run.elapsed_s === null
        ? gettext("Not known: this lane broke, or had no token.")
        : gettext("From %(beginning)s to this lane’s last token, by its own clock.", { beginning: beginningOf(run.lane) }),
      ...(run.lane.machine === "here" ? [FIRST_HAS.here] : []),
      ...(run.isWithoutFirst && run.elapsed_s !== null ? [gettext("The time to the first token was not published and is missing here, so it is longer than this.")] : []),
      sourceText(run.lane),
    ],
  };
}

/** What was not published makes a time longer: "> 3.10 s". */
export function timeText(run) {
  const text = run.elapsed_s === null ? durationText(null) : durationText(run.elapsed_s);
  return run.isWithoutFirst && run.elapsed_s !== null ? `> ${text}` : text;
}

export function energy(run, text) {
  return cost(run, gettext("%(energy)s J a token", { energy: text }), gettext("Power of the whole machine ÷ its tokens/s."));
}

export function dollars(run, text) {
  return cost(run, gettext("%(price)s a million tokens", { price: text }), gettext("What the machine costs in the time of a million tokens."));
}

function cost({ lane }, title, how) {
  const isKnown = Boolean(lane.cost_about);
  return {
    title,
    mark: MARKS[lane.kind],
    lines: isKnown
      ? [
          `${how} ${gettext("With %(users)s at once.", { users: countText(lane.users, "user") })}`,
          gettext("Assumed: %(about)s.", { about: lane.cost_about }),
          UNLIKE[lane.machine],
        ]
      : [NO_COST[lane.machine] ?? gettext("Not known for this model.")],
  };
}

const NO_COST = {
  service: gettext("Not known: nobody published it, and this project does not guess."),
  here: gettext("Not measured here."),
  endpoint: gettext("Not known of an endpoint."),
};

const UNLIKE = {
  lpu: gettext("These are owned chips, paid for whoever uses them; GPUs beside them are rented. The two assume unlike things."),
  gpu: gettext("These are rented GPUs; LPU chips beside them are owned. The two assume unlike things."),
};

export function ratio({ about, rate }, text, lane) {
  return {
    title: `${text}, ${rateName(rate)}`,
    mark: gettext("computed from two numbers that are %(mark)s.", { mark: markText(lane.kind) }),
    lines: [gettext("%(about)s.", { about }), sourceText(lane), gettext("It says nothing of chips, power or price.")],
  };
}

/** A point of the curves under load. */
export function loadPoint(curve, load, title, how) {
  return {
    title,
    mark: MARKS.simulated,
    lines: [
      `${gettext("%(machine)s with %(users)s at once.", { machine: curve.name, users: countText(load.users, "user") })} ${how}`,
      sourceText(curve),
    ],
  };
}

/** Whose tokens a lane counts. */
function runTokenLines(run, words) {
  if (run.lane.machine !== "endpoint") return tokenLines(words);
  return run.endpoint ? [run.endpoint.is_reported ? BY_USAGE : BY_DELTAS] : [];
}


