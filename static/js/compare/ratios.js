/* What may be compared → one sentence each, from the server's ratios alone; and for each lane that stands in
   none, why. Rates of unlike kinds, models or users are never set against each other. */

import * as explanations from "./explanations.js";
import { hardwareName, rateName } from "./words.js";
import { countText, markText } from "../format.js";
import { gettext } from "../language.js";

const TIMES = "\u0000"; // where the number stands in a sentence

/** {before, times, after, about, explanation}; explanation is null where there is no number. */
export function comparisonsOf({ lanes, ratios, words }) {
  const all = lanes.map(({ lane }) => lane);
  const silent = new Set(all.filter(({ machine }, i) => machine === "endpoint" && lanes[i].count === 0));
  return [...ratios.map((ratio) => told(ratio, all)), ...reasons(all, ratios, words, silent)];
}

function told(ratio, lanes) {
  const to = lanes[ratio.to];
  const times = timesText(ratio);
  const sentence = to.machine === "service" ? publishedText(ratio, to) : simulatedText(ratio, to, lanes[ratio.of]);
  const [before, after] = sentence.split(TIMES);
  return {
    before: unbroken(before),
    times,
    after: unbroken(after),
    about: gettext("%(about)s.", { about: ratio.about }),
    explanation: () => explanations.ratio(ratio, times, to),
  };
}

/** With the list on which both rows stand. */
function publishedText({ rate }, to) {
  return gettext("%(model)s, %(users)s, %(rate)s: Groq’s published row is %(times)s %(name)s’s (both published: %(list)s).", {
    ...placesOf(rate, to),
    name: to.name,
    list: to.source.split(/[:：]/)[0],
  });
}

function simulatedText({ rate }, to, of) {
  const told = { ...placesOf(rate, to), of: systemOf(of), to: systemOf(to), mark: markText(to.kind) };
  return isOne(of)
    ? gettext("%(model)s, %(users)s, %(rate)s: %(of)s has %(times)s the rate of %(to)s (both %(mark)s).", told)
    : gettext("%(model)s, %(users)s, %(rate)s: %(of)s have %(times)s the rate of %(to)s (both %(mark)s).", told);
}

function placesOf(rate, to) {
  return { model: to.model, users: usersOf(to), rate: rateName(rate), times: TIMES };
}

/** "one LPU chip has", "576 LPU chips have". */
function isOne({ name }) {
  return name.startsWith("one ");
}

/** With its tenths, as they were published: "18.6 ×"; of a range both ends: "3.5 to 3.7 ×", "21 to 22 ×". */
function timesText({ value, value_high: high = null }) {
  const digits = high !== null && value >= 10 ? 0 : 1;
  const ends = [value, high ?? value].map((end) => end.toFixed(digits));
  return `${[...new Set(ends)].join(gettext(" to "))}\u00a0×`;
}

/** "8 × H100 in fp8"; without a precision they are at bf16, as the models were published. */
function systemOf({ name }) {
  const [gpus, precision] = name.split(" · ");
  return precision ? gettext("%(gpus)s in %(precision)s", { gpus, precision }) : gpus;
}

/** "8 × H100" stays in one line. */
function unbroken(text) {
  return text.replaceAll(" × ", "\u00a0×\u00a0");
}

function usersOf({ users, machine }) {
  if (machine === "service") return users === null ? gettext("users not published") : gettext("%(count)s requests at once", { count: users });
  return users === 1 ? gettext("one user") : countText(users, "user");
}

/** `silent`: endpoints that wrote nothing, of which nothing need be said. */
function reasons(lanes, ratios, words, silent) {
  const compared = new Set(ratios.flatMap(({ of, to }) => [of, to]));
  const sentences = lanes.map((lane, i) => (compared.has(i) || silent.has(lane) ? "" : reasonOf(lane, lanes, words)));
  const told = [...new Set(sentences)].filter(Boolean);
  return told.map((before) => ({ before, times: "", after: "", explanation: null }));
}

/** Empty where there is simply nothing beside it. */
function reasonOf(lane, lanes, words) {
  if (lanes.length < 2) return "";
  if (lane.machine === "endpoint") return gettext("%(model)s at %(name)s wrote words of its own, and counts its own tokens: no ratio.", lane);
  if (lane.machine === "here") return reasonOfHere(lanes, words);
  if (lane.machine === "service") {
    if (lane.is_groq) return gettext("Groq’s published row is compared with other published rows of its list alone.");
    return gettext("%(model)s is another model: no ratio.", lane);
  }
  const others = lanes.filter(({ machine }) => machine === (lane.machine === "lpu" ? "gpu" : "lpu"));
  const same = others.find(({ model_id: id }) => id === lane.model_id);
  const told = { model: lane.model, hardware: hardwareName(lane) };
  if (same) return unlikeLoads(...[lane, same].sort((one, other) => one.users - other.users));
  if (others.length > 0) return gettext("%(model)s on %(hardware)s has no lane of the same model beside it: no ratio.", told);
  return lanes.some(({ machine }) => machine === "service")
    ? gettext("%(model)s on %(hardware)s is simulated, and published rows are compared with published rows alone: no ratio.", told)
    : "";
}

/** The model that writes the words may itself stand in another lane. */
function reasonOfHere(lanes, words) {
  const others = lanes.filter(({ machine }) => machine !== "here" && machine !== "endpoint");
  if (others.length === 0) return "";
  if (others.every(({ model }) => model !== words.name)) return gettext("%(name)s on this machine is another model: no ratio.", { name: words.name });
  const kinds = [...new Set(others.map(({ kind }) => kind))].sort().reverse().map(markText);
  return gettext("This machine is measured, the others are %(marks)s: no ratio.", { marks: kinds.join(gettext(" or ")) });
}

/** The same sentence for both lanes, so that it is said once. */
function unlikeLoads(fewer, more) {
  const told = { model: fewer.model, one: hardwareName(fewer), few: usersOf(fewer), other: hardwareName(more), many: usersOf(more) };
  return isOne(fewer)
    ? gettext("%(model)s: %(one)s serves %(few)s and %(other)s %(many)s: no ratio between unlike loads.", told)
    : gettext("%(model)s: %(one)s serve %(few)s and %(other)s %(many)s: no ratio between unlike loads.", told);
}

/** Sentences as paragraphs; the number in one is a button. */
export function comparisonElements(race, explainer) {
  return comparisonsOf(race).flatMap(({ before, times, after, about, explanation }) => {
    const paragraph = document.createElement("p");
    paragraph.append(before);
    if (explanation) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "explained figure";
      const number = document.createElement("b");
      number.textContent = times;
      button.append(number);
      explainer.attach(button, explanation);
      paragraph.append(button, after);
      return [paragraph, aside(about)];
    }
    return aside(before);
  });
}

function aside(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "aside";
  paragraph.textContent = text;
  return paragraph;
}

/** The same as plain sentences, for what is saved. */
export function comparisonTexts(race) {
  return comparisonsOf(race).map(({ before, times, after, about = "" }) => `${before}${times}${after} ${about}`.trim());
}
