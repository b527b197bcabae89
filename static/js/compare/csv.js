/* A result → CSV (RFC 4180): a row a lane; beside every figure its mark and its source. What is not known is
   an empty cell. A cell that a spreadsheet would take for a formula is made harmless. It begins with a byte
   order mark, without which Excel takes the text for another than UTF-8. */

import { COLUMNS } from "./result.js";

const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;
const BYTE_ORDER_MARK = "\uFEFF";

export function csvOf(result) {
  const figures = COLUMNS.flatMap(({ id }) => [id, `${id}_mark`, `${id}_source`]);
  const head = ["raced_at", "is_replay", "prompt", "words", "lane", "place", "hardware", "model", "users", "tokens", "other_chats_at_start", "other_chats_at_most", ...figures];
  const rows = result.rows.map((row) => rowOf(result, row));
  return `${BYTE_ORDER_MARK}${[head, ...rows].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("")}`;
}

function rowOf({ at, isReplay, prompt, words }, row) {
  const figures = COLUMNS.flatMap(({ id }) => figureCells(row, id));
  const others = [row.others?.others_at_start ?? "", row.others?.others_at_most ?? ""];
  const users = row.users === "–" ? "" : row.users;
  const race = [at.toISOString(), isReplay ? "replay" : "race", prompt, words.name];
  return [...race, row.number, row.place, row.hardware, row.model, users, row.count, ...others, ...figures];
}

function figureCells(row, id) {
  const { value = null, mark, about } = row.figures[id] ?? {};
  return value === null ? ["", "", ""] : [value, mark, `${about}${row.source}`];
}

/** Numbers are the page's own and stay as they are; text may be anybody's. */
export function quoted(cell) {
  const text = typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
