/* View: the page's one live region. It hears that an answer is coming and then all of it, with its rates
   and their marks; never single tokens. */

import { hardwareText, ratioText, rateText } from "./format.js";
import { ratio } from "./rates.js";

export class Announcer {
  #region;

  constructor(region) {
    this.#region = region;
  }

  say(text) {
    this.#region.textContent = text;
  }

  answerIsComing() {
    this.say("An answer is coming.");
  }

  answerIsThere(reply, modelName) {
    this.say([openingText(reply), reply.text, ratesText(reply, modelName)].join("\n"));
  }
}

function openingText({ state, words, text }) {
  if (text === "") return `${words.name} wrote nothing.`;
  return state === "stopped" ? `${words.name}, stopped:` : `${words.name} answers:`;
}

/** The counters in one breath: each rate with its mark. */
export function ratesText(reply, modelName) {
  const { prediction, baseline, measured, tokensPerS } = reply;
  const sentences = [];
  if (tokensPerS !== null) {
    const who = `${modelName} ${hardwareText(prediction)}`;
    sentences.push(`${rateText(tokensPerS)} tokens per second, ${prediction.kind}: ${who}.`);
  }
  if (baseline) sentences.push(baselineText(prediction, baseline));
  if (measured?.tokens_per_s && prediction.kind !== "measured") {
    sentences.push(`Words computed here at ${rateText(measured.tokens_per_s)} tokens per second, measured.`);
  }
  return sentences.join(" ");
}

function baselineText(prediction, baseline) {
  const rate = `${rateText(baseline.tokens_per_s)} tokens per second, ${baseline.kind}`;
  const times = ratio(prediction, baseline);
  const compared = times === null ? "" : ` The LPU’s rate is ${ratioText(times)} the GPU’s.`;
  return `${rate}: the same model on ${baseline.name}.${compared}`;
}
