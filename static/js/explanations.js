/* A number of the page → its explanation: what it is, its mark, its source, how it was computed.
   Each is {title, mark, lines}. */

import { paceLines, sumText } from "./cycles.js";
import {
  countText,
  durationText,
  hardwareText,
  markText,
  parametersText,
  ratioText,
  rateText,
  secondsText,
  wholeText,
} from "./format.js";
import { gettext } from "./language.js";
import { dueAt, ratio } from "./rates.js";

export const MARKS = {
  simulated: gettext(
    "simulated: computed by this project; LPUs from verified programs, GPUs from data sheets and a few fitted constants.",
  ),
  published: gettext("published: somebody else measured or stated it."),
  measured: gettext("measured: from this machine’s own time stamps, before any pacing."),
  shown: gettext("shown: what this browser received, network and pacing included."),
};

const NO_FIRST_TOKEN = gettext("No time to the first token was published, so this clock starts at once.");

const WHY = {
  stop: gettext("the words came to their own end, or to a stop text that was asked for."),
  length: gettext("it reached the most tokens that were asked for, or the window was full."),
  stopped: gettext("you stopped it."),
  error: gettext("something broke on this machine."),
  lost: gettext("the rest could no longer be had from the server."),
};

const LEAST_TOLD_S = 0.5e-6; // a shorter time would be rounded to 0.000 ms

/** `promptName`: which prompt a counted clock is for. */
export function clockRate(model, prediction, promptName, words) {
  return {
    title: gettext("%(rate)s tokens/s, the LPU", { rate: rateText(prediction.tokens_per_s) }),
    mark: MARKS[prediction.kind],
    lines: [
      gettext("How fast %(model)s %(where)s gives one user the tokens of an answer, after the first.", {
        model: model.name,
        where: hardwareText(prediction),
      }),
      ...(prediction.cycles ? countedLines(prediction, promptName) : []),
      sourceText(prediction),
      model.paced_by === "machine"
        ? gettext("Here it is a clock: no text appears before its time. This machine is slower, so what you see is the measured rate.")
        : gettext("Here it is a clock: no text appears before its time."),
      ...tokenLines(words),
    ],
  };
}

/** What others say, beside the clock that is simulated. */
export function publishedRate(model, published) {
  return {
    title: gettext("≈ %(rate)s tokens/s, published", { rate: rateText(published.tokens_per_s) }),
    mark: MARKS.published,
    lines: [
      gettext("What others measured or stated for %(model)s on LPUs. Text here keeps to the simulated clock.", { model: model.name }),
      sourceText(published),
    ],
  };
}

function countedLines({ cycles }, promptName) {
  return [...paceLines(cycles, promptName), gettext("The rate is the mean over 128 tokens.")];
}

export function machineRate(name, tokensPerS, words) {
  return {
    title: gettext("%(rate)s tokens/s, this machine", { rate: rateText(tokensPerS) }),
    mark: MARKS.measured,
    lines: [
      gettext("How fast this machine computes the words of %(name)s for you. It is no LPU.", { name }),
      gettext("Source: computed live on this machine’s processor: the engine’s own time stamps, before pacing."),
      gettext("Computed as tokens after the first ÷ seconds between the first and the last."),
      ...tokenLines(words),
    ],
  };
}

export function machineTime({ count, computed_s }) {
  return {
    title: inText(count, secondsText(computed_s)),
    mark: MARKS.measured,
    lines: [
      gettext("This machine’s time from acceptance to the last token, by the engine’s own time stamps."),
      gettext("The time to the first token is part of it."),
    ],
  };
}

export function cycles(reply) {
  const { prediction, usage, count, predictedCycles, clockCycles } = reply;
  const ended = clockCycles !== null;
  return {
    title: ended
      ? countText(predictedCycles, "cycle")
      : gettext("%(cycles)s cycles to the first token", { cycles: wholeText(prediction.cycles.prompt) }),
    mark: MARKS.simulated,
    lines: [
      ...(ended ? endedLines(prediction.cycles, usage, count) : paceLines(prediction.cycles, gettext("this prompt"))),
      gettext("A cycle is 1 ÷ %(clock)s MHz; the count has nothing to do with this machine.", {
        clock: wholeText(prediction.cycles.clock_hz / 1e6),
      }),
      sourceText(prediction),
    ],
  };
}

function endedLines(predicted, { cycles: counted, prompt_tokens: promptTokens }, count) {
  return [
    gettext("Predicted before anything ran, for %(prompt)s of prompt and the answer’s %(count)s: %(first)s to the first token + %(rest)s.", {
      prompt: countText(promptTokens, "token"),
      count: wholeText(count),
      first: wholeText(predicted.prompt),
      rest: sumText(predicted, count),
    }),
    gettext("The clock’s account at the end, from the stamps of the tokens: %(first)s to the first token + %(rest)s.", {
      first: wholeText(counted.prompt),
      rest: wholeText(counted.completion),
    }),
  ];
}

export function gpuRate(model, baseline, words) {
  return {
    title: gettext("%(rate)s tokens/s, the GPUs", { rate: rateText(baseline.tokens_per_s) }),
    mark: MARKS[baseline.kind],
    lines: [
      gettext("How fast %(model)s on %(gpus)s gives %(users)s the tokens of an answer, after the first.", {
        model: model.name,
        gpus: baseline.name,
        users: eachUser(baseline),
      }),
      stepText(baseline),
      baseline.parts.map(partText).join(" "),
      sourceText(baseline),
      ...tokenLines(words),
    ],
  };
}

/** "6.57 ms weights + 3.16 ms kernels + 1.89 ms sums over NVLink = 11.6 ms a token." */
function stepText({ parts, system: { users } }) {
  const sum_s = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const terms = parts.map(({ name, seconds }) => `${partTimeText(seconds)} ${name}`);
  const told = { terms: terms.join(" + "), sum: durationText(sum_s), users: wholeText(users) };
  if (users === 1) return gettext("%(terms)s = %(sum)s a token.", told);
  return gettext("%(terms)s = %(sum)s a token of all %(users)s users.", told);
}

/** What is there is never called 0. */
function partTimeText(seconds) {
  return seconds > 0 && seconds < LEAST_TOLD_S ? gettext("under 0.001 ms") : durationText(seconds);
}

function eachUser({ system: { users } }) {
  return users === 1 ? gettext("one user") : gettext("each of %(users)s", { users: countText(users, "user") });
}

/** "Kernels – fitted: what a layer takes besides, whatever it weighs." */
function partText({ name, about }) {
  return `${name[0].toUpperCase()}${name.slice(1)} – ${about[0].toLowerCase()}${about.slice(1)}`;
}

export function comparison(prediction, baseline) {
  const [lpu, gpu] = [prediction.tokens_per_s, baseline.tokens_per_s].map(rateText);
  const kinds = [prediction.kind, baseline.kind].map(markText);
  return {
    title: gettext("%(times)s the GPU’s rate", { times: ratioText(ratio(prediction, baseline)) }),
    mark: twoMarks(...kinds),
    lines: [
      gettext("%(lpu)s ÷ %(gpu)s tokens/s: output speed against output speed, the same model, one user on each side.", { lpu, gpu }),
      gettext("It says nothing of chips, power or price."),
    ],
  };
}

function twoMarks(one, other) {
  if (one === other) return gettext("computed from two numbers, both %(mark)s.", { mark: one });
  return gettext("computed from two numbers: one %(one)s, one %(other)s.", { one, other });
}

export function clockTime({ prediction, count, total_s }) {
  const { ttft_s: first, cycles } = prediction;
  const timeText = cycles ? durationText : secondsText;
  return {
    title: inText(count, timeText(total_s)),
    mark: MARKS[prediction.kind],
    lines: [
      gettext("The clock’s time from acceptance to the last token; no network, no queue."),
      [gettext("Time to the first token: %(time)s.", { time: timeText(first) }), ...(first === null ? [NO_FIRST_TOKEN] : [])].join(" "),
      sourceText(prediction),
    ],
  };
}

export function gpuTime({ baseline, count, total_s }) {
  const gpu_s = dueAt(baseline, count);
  return {
    title: gettext("%(tokens)s after %(time)s", { tokens: countText(count, "token"), time: secondsText(gpu_s) }),
    mark: gettext("computed from a number that is %(mark)s.", { mark: markText(baseline.kind) }),
    lines: [
      gettext("When %(gpus)s would have the same token: %(time)s from acceptance, by its own clock; the LPU’s clock needed %(other)s.", {
        gpus: baseline.name,
        time: secondsText(gpu_s),
        other: secondsText(total_s),
      }),
      gettext("Its first token comes after %(time)s, without network and queue; the next ones at %(rate)s tokens/s.", {
        time: durationText(baseline.ttft_s),
        rate: rateText(baseline.tokens_per_s),
      }),
      sourceText(baseline),
    ],
  };
}

export function computedRate({ measured, words, count }) {
  return {
    title: gettext("%(rate)s tokens/s, the words", { rate: rateText(measured.tokens_per_s) }),
    mark: MARKS.measured,
    lines: [
      gettext("How fast this machine computed this answer with %(name)s: %(count)s tokens after the first ÷ the seconds they took.", {
        name: words.name,
        count: count - 1,
      }),
      gettext("The first token was computed after %(time)s.", { time: secondsText(measured.ttft_s) }),
      ...tokenLines(words),
    ],
  };
}

export function shownRate({ shownTokensPerS }) {
  return {
    title: gettext("%(rate)s tokens/s, in this browser", { rate: rateText(shownTokensPerS) }),
    mark: MARKS.shown,
    lines: [
      gettext("Tokens that arrived between the first frame and the last ÷ the seconds between them, by this browser’s clock."),
      gettext("Text comes in frames of 20 to 33 ms, so on short answers this is coarse."),
    ],
  };
}

/** All that there is to tell of one answer, a line for each clock. */
export function figures(model, reply) {
  const { prediction, baseline, measured, count, computed_s, total_s, shown_s, shownTokensPerS } = reply;
  const clock = [prediction.ttft_s, prediction.tokens_per_s, total_s];
  const gpu = baseline && [baseline.ttft_s, baseline.tokens_per_s, dueAt(baseline, count)];
  return {
    title: gettext("This answer in figures"),
    mark: gettext("each line says where its numbers come from."),
    lines: [
      gettext("Prompt: %(prompt)s. Answer: %(answer)s. Counted as %(name)s counts them.", {
        prompt: countText(reply.usage?.prompt_tokens, "token"),
        answer: countText(count, "token"),
        name: reply.words.name,
      }),
      ...(prediction.kind === "measured" ? [] : [timesText(`${model.name} ${hardwareText(prediction)}`, prediction.kind, clock)]),
      ...promptTexts(reply),
      ...(gpu ? [timesText(gettext("The same on %(gpus)s", { gpus: baseline.name }), baseline.kind, gpu)] : []),
      timesText(gettext("The words of %(name)s on this machine", { name: reply.words.name }), "measured", [
        measured?.ttft_s,
        reply.machineTokensPerS,
        computed_s,
      ]),
      timesText(gettext("This browser, frames and network included"), "shown", [shown_s.first, shownTokensPerS, shown_s.last]),
      gettext("Why it ended: %(why)s", { why: WHY[reply.reason] ?? WHY.lost }),
    ],
  };
}

/** Only by a clock that counts this very prompt: a published time is that of another one. */
function promptTexts({ prediction: { kind }, usage }) {
  if (kind !== "simulated" || !usage?.prompt_time) return [];
  const told = {
    rate: rateText(usage.prompt_tokens / usage.prompt_time),
    mark: markText(kind),
    prompt: countText(usage.prompt_tokens, "token"),
    time: durationText(usage.prompt_time),
  };
  return [gettext("It reads the prompt at %(rate)s tokens/s, %(mark)s: %(prompt)s in %(time)s.", told)];
}

/** "Mixtral 8x7B on 576 LPU chips, simulated: first token after 10.0 ms, then 480 tokens/s, end to end 0.21 s." */
function timesText(who, mark, [first_s, tokensPerS, all_s]) {
  return gettext("%(who)s, %(mark)s: first token after %(first)s, then %(rate)s tokens/s, end to end %(all)s.", {
    who,
    mark: markText(mark),
    first: durationText(first_s),
    rate: rateText(tokensPerS),
    all: durationText(all_s),
  });
}

export function wordsSize({ name, parameters }) {
  return {
    title: gettext("%(name)s, %(size)s parameters", { name, size: parametersText(parameters) }),
    mark: gettext("counted in its checkpoint, which is in this project."),
    lines: [
      gettext("%(name)s writes the words, whichever speed is picked: the large models’ weights are not on this machine.", { name }),
      gettext("It is tiny, so do not expect much sense. Each word is computed here, none is stored."),
    ],
  };
}

export function pulledWords({ name, parameters }) {
  return {
    title: gettext("%(name)s, %(size)s parameters", { name, size: parametersText(parameters) }),
    mark: gettext("counted in its checkpoint, which was pulled to this machine."),
    lines: [gettext("%(name)s writes its own words: its weights are on this machine. Each word is computed here, none is stored.", { name })],
  };
}

/** How tokens are counted; nothing where it is not known. */
export function tokenLines(words) {
  if (!words?.chars_per_token) return [];
  return [
    gettext("Tokens are counted as %(name)s counts them; one is about %(count)s characters.", {
      name: words.name,
      count: words.chars_per_token.toFixed(1),
    }),
  ];
}

export function sourceText({ source }) {
  return gettext("Source: %(source)s.", { source });
}

/** "96 tokens in 0.20 s": time has its unit. */
export function inText(count, time) {
  return gettext("%(tokens)s in %(time)s", { tokens: countText(count, "token"), time });
}
