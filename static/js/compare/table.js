/* View: the rows of a result as a real table. Every figure is a button that explains itself. */

import { COLUMNS } from "./result.js";

const HEAD = ["lane", "hardware", "model", "users"];

export function tableOf({ rows, isReplay }, explainer) {
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = isReplay ? "Replay: the lanes by their own clocks" : "The lanes by their own clocks";
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
  row.append(cell("th", "mark", { scope: "col" }));
  return head;
}

function bodyOf(rows, explainer) {
  const body = document.createElement("tbody");
  for (const row of rows) {
    const line = body.insertRow();
    line.dataset.side = row.side;
    line.append(laneCell(row), cell("td", row.hardware), cell("td", row.model), cell("td", row.users));
    for (const { id, title } of COLUMNS) line.append(figureCell(row.figures[id], title, explainer));
    line.append(cell("td", row.mark));
  }
  return body;
}

function laneCell({ number, place, end, isWhole, count, total }) {
  const th = cell("th", `${number}`, { scope: "row" });
  th.append(" ", quiet(isWhole ? place || end : `${count} of ${total} tokens`));
  return th;
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
  button.append(hidden(`${title}: `), strong(figure.text), hidden(figure.value === null ? " not known" : `, ${figure.mark}`));
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
