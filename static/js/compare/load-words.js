/* A point of the curves → the same in words, with what each chip or GPU does of it; the curves → a table. */

import * as explanations from "./explanations.js";
import { loadAt } from "./curves.js";
import { cell } from "./table.js";
import { UNKNOWN, countText, rateText, wholeText } from "../format.js";
import { gettext } from "../language.js";

const SIDES = ["lpu", "gpu"];
const ONE = { lpu: "chip", gpu: "GPU" };
const EACH = { lpu: gettext("for each chip"), gpu: gettext("for each GPU") };
const HOW = {
  each: gettext("What each of them gets of an answer, after the first token."),
  all: gettext("All of them together: users × what each gets."),
};

/** `sizes` {lpu, gpu}: chips and GPUs. */
export function loadFigures(id, loads, sizes, users, explainer) {
  return SIDES.map((side) => {
    const paragraph = document.createElement("p");
    paragraph.className = "point";
    paragraph.dataset.side = side;
    const load = loadAt(loads[side], users);
    paragraph.append(gettext("%(machine)s: ", { machine: loads[side].name }));
    if (load) paragraph.append(...figures(id, side, loads[side], load, sizes[side], explainer));
    else paragraph.append(`${gettext("no room for %(users)s.", { users: countText(users, "user") })} ${loads[side].limit}`);
    return paragraph;
  });
}

function figures(id, side, curve, load, size, explainer) {
  const rate = id === "each" ? load.tokens_per_s : load.total_tokens_per_s;
  const title = id === "each"
    ? gettext("%(rate)s tokens/s for each user", { rate: rateText(rate) })
    : gettext("%(rate)s tokens/s together", { rate: rateText(rate) });
  const parts = [number(rateText(rate), explainer, () => explanations.loadPoint(curve, load, title, HOW[id]))];
  parts.push(id === "each" ? gettext(" tokens/s each") : " tokens/s");
  if (id === "each" || !size) return parts;
  const share = rateText(load.total_tokens_per_s / size);
  const shareTitle = gettext("%(rate)s tokens/s %(each)s", { rate: share, each: EACH[side] });
  const how = gettext("%(rate)s tokens/s ÷ %(machine)s: a chip and a GPU are unlike things.", {
    rate: rateText(load.total_tokens_per_s),
    machine: countText(size, ONE[side]),
  });
  return [...parts, gettext(", "), number(share, explainer, () => explanations.loadPoint(curve, load, shareTitle, how)), gettext(" %(each)s", { each: EACH[side] })];
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
  table.createCaption().textContent = gettext("Tokens/s, simulated: %(lpu)s and %(gpu)s", { lpu: lpu.name, gpu: gpu.name });
  const head = document.createElement("thead");
  const names = [lpu.name, gpu.name];
  const each = names.map((machine) => gettext("%(machine)s, each", { machine }));
  const all = names.map((machine) => gettext("%(machine)s, all", { machine }));
  const titles = [gettext("users at once"), ...each, ...all];
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
