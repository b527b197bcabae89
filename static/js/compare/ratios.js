/* What may be compared → one sentence each, from the server's ratios alone; and for each lane that stands in
   none, why. Rates of unlike kinds, models or users are never set against each other. */

import * as explanations from "./explanations.js";
import { hardwareName } from "./words.js";
import { countText } from "../format.js";

/** {before, times, after, about, explanation}; explanation is null where there is no number. */
export function comparisonsOf({ lanes, ratios, words }) {
  const all = lanes.map(({ lane }) => lane);
  return [...ratios.map((ratio) => told(ratio, all)), ...reasons(all, ratios, words)];
}

function told(ratio, lanes) {
  const to = lanes[ratio.to];
  const isPublished = to.machine === "service";
  const times = timesText(ratio);
  const of = isPublished ? "Groq’s published row is" : `${systemOf(lanes[ratio.of])} ${isOne(lanes[ratio.of]) ? "has" : "have"}`;
  const other = isPublished ? `${to.name}’s` : `the rate of ${systemOf(to)}`;
  const list = isPublished ? `: ${to.source.split(":")[0]}` : "";
  return {
    before: unbroken(`${to.model}, ${usersOf(to)}, ${ratio.rate}: ${of} `),
    times,
    after: unbroken(` ${other} (both ${to.kind}${list}).`),
    about: `${ratio.about}.`,
    explanation: () => explanations.ratio(ratio, times, to),
  };
}

/** "one LPU chip has", "576 LPU chips have". */
function isOne({ name }) {
  return name.startsWith("one ");
}

/** With its tenths, as they were published: "18.6 ×"; of a range both ends: "3.5 to 3.7 ×", "21 to 22 ×". */
function timesText({ value, value_high: high = null }) {
  const digits = high !== null && value >= 10 ? 0 : 1;
  const ends = [value, high ?? value].map((end) => end.toFixed(digits));
  return `${[...new Set(ends)].join(" to ")}\u00a0×`;
}

/** "8 × H100 in fp8"; without a precision they are at bf16, as the models were published. */
function systemOf({ name }) {
  return name.replace(" · ", " in ");
}

/** "8 × H100" stays in one line. */
function unbroken(text) {
  return text.replaceAll(" × ", "\u00a0×\u00a0");
}

function usersOf({ users, machine }) {
  if (machine === "service") return users === null ? "users not published" : `${users} requests at once`;
  return users === 1 ? "one user" : countText(users, "user");
}

function reasons(lanes, ratios, words) {
  const compared = new Set(ratios.flatMap(({ of, to }) => [of, to]));
  const sentences = lanes.map((lane, i) => (compared.has(i) ? "" : reasonOf(lane, lanes, words)));
  const told = [...new Set(sentences)].filter(Boolean);
  return told.map((before) => ({ before, times: "", after: "", explanation: null }));
}

/** Empty where there is simply nothing beside it. */
function reasonOf(lane, lanes, words) {
  if (lanes.length < 2) return "";
  if (lane.machine === "here") return reasonOfHere(lanes, words);
  if (lane.machine === "service") {
    if (lane.is_groq) return "Groq’s published row is compared with other published rows of its list alone.";
    return `${lane.model} is another model: no ratio.`;
  }
  const others = lanes.filter(({ machine }) => machine === (lane.machine === "lpu" ? "gpu" : "lpu"));
  const same = others.find(({ model_id: id }) => id === lane.model_id);
  const name = `${lane.model} on ${hardwareName(lane)}`;
  if (same) return unlikeLoads(...[lane, same].sort((one, other) => one.users - other.users));
  if (others.length > 0) return `${name} has no lane of the same model beside it: no ratio.`;
  return lanes.some(({ machine }) => machine === "service")
    ? `${name} is simulated, and published rows are compared with published rows alone: no ratio.`
    : "";
}

/** The model that writes the words may itself stand in another lane. */
function reasonOfHere(lanes, words) {
  const others = lanes.filter(({ machine }) => machine !== "here");
  if (others.length === 0) return "";
  if (others.every(({ model }) => model !== words.name)) return `${words.name} on this machine is another model: no ratio.`;
  const kinds = [...new Set(others.map(({ kind }) => kind))].sort().reverse();
  return `This machine is measured, the others are ${kinds.join(" or ")}: no ratio.`;
}

/** The same sentence for both lanes, so that it is said once. */
function unlikeLoads(fewer, more) {
  return `${fewer.model}: ${hardwareName(fewer)} ${isOne(fewer) ? "serves" : "serve"} ${usersOf(fewer)} and ${hardwareName(more)} ${usersOf(more)}: no ratio between unlike loads.`;
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
