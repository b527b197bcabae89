/* View: the rows of a result as a real table. Every figure is a button that explains itself. */

import { COLUMNS } from "./result.js";
import { markText } from "../format.js";
import { gettext } from "../language.js";

const HEAD = [gettext("lane"), gettext("hardware"), gettext("model"), gettext("users")];

export function tableOf({ rows, isReplay }, explainer) {
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = isReplay ? gettext("Replay: the lanes by their own clocks") : gettext("The lanes by their own clocks");
  table.append(headOf(), bodyOf(rows, explainer));
  return table;
}

function headOf() {
  const head = document.createElement("thead");
  const row = head.insertRow();
  for (const title of HEAD) row.append(cell("th", title, { scope: "col" }));
  for (const { title, unit } of COLUMNS) {
    const th = cell("th", title, { scope: "col" });
    if (unit) th.append(" ", quiet(unit));
    row.append(th);
  }
  row.append(cell("th", gettext("mark"), { scope: "col" }));
  return head;
}

function bodyOf(rows, explainer) {
  const body = document.createElement("tbody");
  for (const row of rows) {
    const line = body.insertRow();
    line.dataset.side = row.side;
    line.append(laneCell(row), hardwareCell(row), cell("td", row.model), cell("td", row.users));
    for (const { id, title } of COLUMNS) line.append(figureCell(row.figures[id], title, explainer));
    line.append(cell("td", markText(row.mark)));
  }
  return body;
}

function laneCell({ number, place, end, isWhole, count, total }) {
  const th = cell("th", `${number}`, { scope: "row" });
  const isAll = isWhole || count === total; // an endpoint that broke off showed all that it wrote
  th.append(" ", quiet(isAll ? place || end : gettext("%(part)s of %(all)s tokens", { part: count, all: total })));
  return th;
}

/** With what else ran on this machine while an endpoint was measured. */
function hardwareCell({ hardware, meanwhile }) {
  const td = cell("td", hardware);
  if (meanwhile) td.append(document.createElement("br"), quiet(meanwhile));
  return td;
}

function figureCell(figure, title, explainer) {
  const td = document.createElement("td");
  if (!figure) {
    td.textContent = "–";
    return td;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "explained figure";
  button.append(hidden(`${title}: `), strong(figure.text), hidden(figure.value === null ? gettext(" not known") : `, ${markText(figure.mark)}`));
  explainer.attach(button, figure.explanation);
  if (figure.note) td.append(quiet(figure.note), " "); // before the number, so that digits stay in line
  td.append(button);
  return td;
}

export function cell(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function quiet(text) {
  const span = cell("span", text);
  span.className = "unit";
  return span;
}

function hidden(text) {
  const span = cell("span", text);
  span.className = "hidden";
  return span;
}

function strong(text) {
  return cell("b", text);
}
