/* A result → CSV (RFC 4180): a row a lane; beside every figure its mark and its source. What is not known is
   an empty cell. A cell that a spreadsheet would take for a formula is made harmless. */

import { COLUMNS } from "./result.js";

const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;
const COST_COLUMNS = new Set(["joules_per_token", "usd_per_million_tokens"]);

export function csvOf(result) {
  const figures = COLUMNS.flatMap(({ id }) => [id, `${id}_mark`, `${id}_source`]);
  const head = ["raced_at", "is_replay", "prompt", "words", "lane", "place", "hardware", "model", "users", "tokens", ...figures];
  const rows = result.rows.map((row) => rowOf(result, row));
  return [head, ...rows].map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}

function rowOf({ at, isReplay, prompt, words }, row) {
  const figures = COLUMNS.flatMap(({ id }) => figureCells(row, id));
  const users = row.users === "–" ? "" : row.users;
  const race = [at.toISOString(), isReplay ? "replay" : "race", prompt, words.name];
  return [...race, row.number, row.place, row.hardware, row.model, users, row.count, ...figures];
}

function figureCells(row, id) {
  const value = row.figures[id]?.value ?? null;
  if (value === null) return ["", "", ""];
  const assumed = COST_COLUMNS.has(id) ? `${row.costAbout}; ` : "";
  const longer = id === "total_s" && row.figures.ttft_s.value === null ? "without the first token’s time, which was not published; " : "";
  return [value, row.mark, `${assumed}${longer}${row.source}`];
}

/** Numbers are the page's own and stay as they are; text may be anybody's. */
export function quoted(cell) {
  const text = typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
