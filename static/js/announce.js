/* View: the page's one live region. It hears that an answer is coming and then all of it, with its rates
   and their marks; never single tokens. */

import { gpusText, hardwareText, markText, ratioText, rateText } from "./format.js";
import { gettext } from "./language.js";
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
    this.say(gettext("An answer is coming."));
  }

  /** `spoken`: its text without the signs of Markdown. */
  answerIsThere(reply, model, spoken) {
    this.say([openingText(reply), spoken, ratesText(reply, model)].join("\n"));
  }
}

function openingText({ state, words, text }) {
  const told = { name: words.name };
  if (text === "") return gettext("%(name)s wrote nothing.", told);
  return state === "stopped" ? gettext("%(name)s, stopped:", told) : gettext("%(name)s answers:", told);
}

/** The counters in one breath: each rate with its mark, what paced the answer first. */
export function ratesText(reply, model) {
  const { prediction, published, baseline } = reply;
  const isMachines = model.paced_by === "machine";
  const sentences = [];
  if (isMachines) sentences.push(...machineTexts(reply, gettext("%(rate)s tokens per second, measured: %(name)s on this machine.", told(reply))));
  if (prediction.tokens_per_s !== null) {
    sentences.push(
      gettext("%(rate)s tokens per second, %(mark)s: %(model)s %(where)s.", {
        rate: rateText(prediction.tokens_per_s),
        mark: markText(prediction.kind),
        model: model.name,
        where: hardwareText(prediction),
      }),
    );
  }
  if (published) sentences.push(gettext("About %(rate)s, published, for the same.", { rate: rateText(published.tokens_per_s) }));
  if (baseline) sentences.push(baselineText(prediction, baseline));
  if (!isMachines) sentences.push(...machineTexts(reply, gettext("Words computed here at %(rate)s tokens per second, measured.", told(reply))));
  return sentences.join(" ");
}

function machineTexts({ machineTokensPerS: rate }, sentence) {
  return rate === null ? [] : [sentence];
}

function told({ machineTokensPerS: rate, words }) {
  return { rate: rateText(rate), name: words.name };
}

function baselineText(prediction, baseline) {
  const rate = gettext("%(rate)s tokens per second, %(mark)s: the same model %(where)s.", {
    rate: rateText(baseline.tokens_per_s),
    mark: markText(baseline.kind),
    where: gpusText(baseline),
  });
  const times = ratio(prediction, baseline);
  if (times === null) return rate;
  return `${rate} ${gettext("The LPU’s rate is %(times)s the GPU’s.", { times: ratioText(times) })}`;
}
