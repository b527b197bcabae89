/* View: the page's one live region. It hears that an answer is coming and then all of it, with its rates
   and their marks; never single tokens. */

import { gpusText, hardwareText, ratioText, rateText } from "./format.js";
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

  answerIsThere(reply, model) {
    this.say([openingText(reply), reply.text, ratesText(reply, model)].join("\n"));
  }
}

function openingText({ state, words, text }) {
  if (text === "") return `${words.name} wrote nothing.`;
  return state === "stopped" ? `${words.name}, stopped:` : `${words.name} answers:`;
}

/** The counters in one breath: each rate with its mark, what paced the answer first. */
export function ratesText(reply, model) {
  const { prediction, published, baseline } = reply;
  const isMachines = model.paced_by === "machine";
  const sentences = [];
  if (isMachines) sentences.push(...machineTexts(reply, `: ${reply.words.name} on this machine`));
  if (prediction.tokens_per_s !== null) {
    const who = `${model.name} ${hardwareText(prediction)}`;
    sentences.push(`${rateText(prediction.tokens_per_s)} tokens per second, ${prediction.kind}: ${who}.`);
  }
  if (published) sentences.push(`About ${rateText(published.tokens_per_s)}, published, for the same.`);
  if (baseline) sentences.push(baselineText(prediction, baseline));
  if (!isMachines) sentences.push(...machineTexts(reply, "").map((text) => `Words computed here at ${text}`));
  return sentences.join(" ");
}

function machineTexts({ machineTokensPerS: rate }, who) {
  return rate === null ? [] : [`${rateText(rate)} tokens per second, measured${who}.`];
}

function baselineText(prediction, baseline) {
  const rate = `${rateText(baseline.tokens_per_s)} tokens per second, ${baseline.kind}`;
  const times = ratio(prediction, baseline);
  const compared = times === null ? "" : ` The LPU’s rate is ${ratioText(times)} the GPU’s.`;
  return `${rate}: the same model ${gpusText(baseline)}.${compared}`;
}
