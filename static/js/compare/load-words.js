/* A point of the curves → the same in words, with what each chip or GPU does of it; the curves → a table. */

import * as explanations from "./explanations.js";
import { loadAt } from "./curves.js";
import { cell } from "./table.js";
import { UNKNOWN, countText, rateText, wholeText } from "../format.js";

const SIDES = ["lpu", "gpu"];
const ONE = { lpu: "chip", gpu: "GPU" };
const HOW = {
  each: "What each of them gets of an answer, after the first token.",
  all: "All of them together: users × what each gets.",
};

/** `sizes` {lpu, gpu}: chips and GPUs. */
export function loadFigures(id, loads, sizes, users, explainer) {
  return SIDES.map((side) => {
    const paragraph = document.createElement("p");
    paragraph.className = "point";
    paragraph.dataset.side = side;
    const load = loadAt(loads[side], users);
    paragraph.append(`${loads[side].name}: `);
    if (load) paragraph.append(...figures(id, side, loads[side], load, sizes[side], explainer));
    else paragraph.append(`no room for ${countText(users, "user")}. ${loads[side].limit}`);
    return paragraph;
  });
}

function figures(id, side, curve, load, size, explainer) {
  const rate = id === "each" ? load.tokens_per_s : load.total_tokens_per_s;
  const title = `${rateText(rate)} tokens/s${id === "each" ? " for each user" : " together"}`;
  const parts = [number(rateText(rate), explainer, () => explanations.loadPoint(curve, load, title, HOW[id]))];
  parts.push(id === "each" ? " tokens/s each" : " tokens/s");
  if (id === "each" || !size) return parts;
  const share = rateText(load.total_tokens_per_s / size);
  const shareTitle = `${share} tokens/s for each ${ONE[side]}`;
  const how = `${rateText(load.total_tokens_per_s)} tokens/s ÷ ${countText(size, ONE[side])}: a chip and a GPU are unlike things.`;
  return [...parts, ", ", number(share, explainer, () => explanations.loadPoint(curve, load, shareTitle, how)), ` for each ${ONE[side]}`];
}

function number(text, explainer, explain) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "explained figure";
  button.append(cell("b", text));
  explainer.attach(button, explain);
  return button;
}

export function loadTable({ lpu, gpu }) {
  const table = document.createElement("table");
  table.createCaption().textContent = `Tokens/s, simulated: ${lpu.name} and ${gpu.name}`;
  const head = document.createElement("thead");
  const titles = ["users at once", `${lpu.name}, each`, `${gpu.name}, each`, `${lpu.name}, all`, `${gpu.name}, all`];
  head.insertRow().append(...titles.map((title) => cell("th", title, { scope: "col" })));
  const body = document.createElement("tbody");
  for (const users of countsOf(lpu, gpu)) body.append(rowOf(users, lpu, gpu));
  table.append(head, body);
  return table;
}

function countsOf(lpu, gpu) {
  const counts = new Set([...lpu.loads, ...gpu.loads].map(({ users }) => users));
  return [...counts].sort((one, other) => one - other);
}

function rowOf(users, lpu, gpu) {
  const row = document.createElement("tr");
  const points = [lpu, gpu].map((curve) => loadAt(curve, users));
  const rates = [...points.map((load) => load?.tokens_per_s), ...points.map((load) => load?.total_tokens_per_s)];
  row.append(cell("th", wholeText(users), { scope: "row" }));
  row.append(...rates.map((rate) => cell("td", rate === undefined ? UNKNOWN : rateText(rate))));
  return row;
}
