/* A number of the page → its explanation: what it is, its mark, its source, how it was computed.
   Each is {title, mark, lines}. */

import { paceLines, sumText } from "./cycles.js";
import {
  countText,
  durationText,
  hardwareText,
  parametersText,
  ratioText,
  rateText,
  secondsText,
  wholeText,
} from "./format.js";
import { dueAt, ratio } from "./rates.js";

export const MARKS = {
  simulated:
    "simulated: computed by this project; LPUs from verified programs, GPUs from data sheets and a few fitted constants.",
  published: "published: somebody else measured or stated it.",
  measured: "measured: from this machine’s own time stamps, before any pacing.",
  shown: "shown: what this browser received, network and pacing included.",
};

const NO_FIRST_TOKEN = "No time to the first token was published, so this clock starts at once.";

const LEAST_TOLD_S = 0.5e-6; // a shorter time would be rounded to 0.000 ms

/** `promptName`: which prompt a counted clock is for. */
export function clockRate(model, prediction, promptName, words) {
  return {
    title: `${rateText(prediction.tokens_per_s)} tokens/s, the LPU`,
    mark: MARKS[prediction.kind],
    lines: [
      `How fast ${model.name} ${hardwareText(prediction)} gives one user the tokens of an answer, after the first.`,
      ...(prediction.cycles ? countedLines(prediction, promptName) : []),
      `Source: ${prediction.source}.`,
      model.paced_by === "machine"
        ? "Here it is a clock: no text appears before its time. This machine is slower, so what you see is the measured rate."
        : "Here it is a clock: no text appears before its time.",
      ...tokenLines(words),
    ],
  };
}

/** What others say, beside the clock that is simulated. */
export function publishedRate(model, published) {
  return {
    title: `≈ ${rateText(published.tokens_per_s)} tokens/s, published`,
    mark: MARKS.published,
    lines: [
      `What others measured or stated for ${model.name} on LPUs. Text here keeps to the simulated clock.`,
      `Source: ${published.source}.`,
    ],
  };
}

function countedLines({ cycles }, promptName) {
  return [...paceLines(cycles, promptName), "The rate is the mean over 128 tokens."];
}

export function machineRate(name, tokensPerS, words) {
  return {
    title: `${rateText(tokensPerS)} tokens/s, this machine`,
    mark: MARKS.measured,
    lines: [
      `How fast this machine computes the words of ${name} for you. It is no LPU.`,
      "Source: computed live on this machine’s processor: the engine’s own time stamps, before pacing.",
      "Computed as tokens after the first ÷ seconds between the first and the last.",
      ...tokenLines(words),
    ],
  };
}

export function machineTime({ count, computed_s }) {
  return {
    title: `${countText(count, "token")} in ${secondsText(computed_s)}`,
    mark: MARKS.measured,
    lines: [
      "This machine’s time from acceptance to the last token, by the engine’s own time stamps.",
      "The time to the first token is part of it.",
    ],
  };
}

export function cycles(reply) {
  const { prediction, usage, count, predictedCycles, clockCycles } = reply;
  const ended = clockCycles !== null;
  return {
    title: ended ? `${wholeText(predictedCycles)} cycles` : `${wholeText(prediction.cycles.prompt)} cycles to the first token`,
    mark: MARKS.simulated,
    lines: [
      ...(ended ? endedLines(prediction.cycles, usage, count) : paceLines(prediction.cycles, "this prompt")),
      `A cycle is 1 ÷ ${wholeText(prediction.cycles.clock_hz / 1e6)} MHz; the count has nothing to do with this machine.`,
      `Source: ${prediction.source}.`,
    ],
  };
}

function endedLines(predicted, { cycles: counted, prompt_tokens: promptTokens }, count) {
  return [
    `Predicted before anything ran, for ${countText(promptTokens, "token")} of prompt and the answer’s ${wholeText(count)}: ${wholeText(predicted.prompt)} to the first token + ${sumText(predicted, count)}.`,
    `The clock’s account at the end, from the stamps of the tokens: ${wholeText(counted.prompt)} to the first token + ${wholeText(counted.completion)}.`,
  ];
}

export function gpuRate(model, baseline, words) {
  return {
    title: `${rateText(baseline.tokens_per_s)} tokens/s, the GPUs`,
    mark: MARKS[baseline.kind],
    lines: [
      `How fast ${model.name} on ${baseline.name} gives ${eachUser(baseline)} the tokens of an answer, after the first.`,
      stepText(baseline),
      baseline.parts.map(partText).join(" "),
      `Source: ${baseline.source}.`,
      ...tokenLines(words),
    ],
  };
}

/** "6.57 ms weights + 3.16 ms kernels + 1.89 ms sums over NVLink = 11.6 ms a token." */
function stepText({ parts, system: { users } }) {
  const sum_s = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const terms = parts.map(({ name, seconds }) => `${partTimeText(seconds)} ${name}`);
  const all = users === 1 ? "a token" : `a token of all ${wholeText(users)} users`;
  return `${terms.join(" + ")} = ${durationText(sum_s)} ${all}.`;
}

/** What is there is never called 0. */
function partTimeText(seconds) {
  return seconds > 0 && seconds < LEAST_TOLD_S ? "under 0.001 ms" : durationText(seconds);
}

function eachUser({ system: { users } }) {
  return users === 1 ? "one user" : `each of ${wholeText(users)} users`;
}

/** "Kernels – fitted: what a layer takes besides, whatever it weighs." */
function partText({ name, about }) {
  return `${name[0].toUpperCase()}${name.slice(1)} – ${about[0].toLowerCase()}${about.slice(1)}`;
}

export function comparison(prediction, baseline) {
  const [lpu, gpu] = [prediction.tokens_per_s, baseline.tokens_per_s].map(rateText);
  const kinds = [prediction.kind, baseline.kind];
  return {
    title: `${ratioText(ratio(prediction, baseline))} the GPU’s rate`,
    mark: `computed from two numbers${kinds[0] === kinds[1] ? `, both ${kinds[0]}` : `: one ${kinds.join(", one ")}`}.`,
    lines: [
      `${lpu} ÷ ${gpu} tokens/s: output speed against output speed, the same model, one user on each side.`,
      "It says nothing of chips, power or price.",
    ],
  };
}

export function clockTime({ prediction, count, total_s }) {
  const { ttft_s: first, cycles } = prediction;
  const timeText = cycles ? durationText : secondsText;
  return {
    title: `${countText(count, "token")} in ${timeText(total_s)}`,
    mark: MARKS[prediction.kind],
    lines: [
      "The clock’s time from acceptance to the last token; no network, no queue.",
      first === null
        ? `Time to the first token: –. ${NO_FIRST_TOKEN}`
        : `Time to the first token: ${timeText(first)}.`,
      `Source: ${prediction.source}.`,
    ],
  };
}

export function gpuTime({ baseline, count, total_s }) {
  const gpu_s = dueAt(baseline, count);
  return {
    title: `${countText(count, "token")} after ${secondsText(gpu_s)}`,
    mark: `computed from a number that is ${baseline.kind}.`,
    lines: [
      `When ${baseline.name} would have the same token: ${secondsText(gpu_s)} from acceptance, by its own clock; the LPU’s clock needed ${secondsText(total_s)}.`,
      `Its first token comes after ${durationText(baseline.ttft_s)}, without network and queue; the next ones at ${rateText(baseline.tokens_per_s)} tokens/s.`,
      `Source: ${baseline.source}.`,
    ],
  };
}

export function computedRate({ measured, words, count }) {
  return {
    title: `${rateText(measured.tokens_per_s)} tokens/s, the words`,
    mark: MARKS.measured,
    lines: [
      `How fast this machine computed this answer with ${words.name}: ${count - 1} tokens after the first ÷ the seconds they took.`,
      `The first token was computed after ${secondsText(measured.ttft_s)}.`,
      ...tokenLines(words),
    ],
  };
}

export function shownRate({ shownTokensPerS }) {
  return {
    title: `${rateText(shownTokensPerS)} tokens/s, in this browser`,
    mark: MARKS.shown,
    lines: [
      "Tokens that arrived between the first frame and the last ÷ the seconds between them, by this browser’s clock.",
      "Text comes in frames of 20 to 33 ms, so on short answers this is coarse.",
    ],
  };
}

export function wordsSize({ name, parameters }) {
  return {
    title: `${name}, ${parametersText(parameters)} parameters`,
    mark: "counted in its checkpoint, which is in this project.",
    lines: [
      `${name} writes the words, whichever speed is picked: the large models’ weights are not on this machine.`,
      "It is tiny, so do not expect much sense. Each word is computed here, none is stored.",
    ],
  };
}

export function pulledWords({ name, parameters }) {
  return {
    title: `${name}, ${parametersText(parameters)} parameters`,
    mark: "counted in its checkpoint, which was pulled to this machine.",
    lines: [`${name} writes its own words: its weights are on this machine. Each word is computed here, none is stored.`],
  };
}

function tokenLines(words) {
  if (!words?.chars_per_token) return [];
  const characters = words.chars_per_token.toFixed(1);
  return [`Tokens are counted as ${words.name} counts them; one is about ${characters} characters.`];
}
