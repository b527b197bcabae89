/* The cycles of a counted clock → sentences. What was predicted comes from `accepted` alone, the account from
   `finished` alone; they are compared here, before the reader's eyes. */

import { durationText, wholeText } from "./format.js";
import { gettext, ngettext } from "./language.js";
import { runsOf } from "./rates.js";

/** Goes on after the cycles to the first token. */
export function predictedText({ steps }) {
  return gettext("predicted to the first token, then %(cycles)s for the next", { cycles: wholeText(steps[0][1]) });
}

/** Goes on after the predicted cycles of the whole answer. */
export function comparedText({ predictedCycles, clockCycles, count }) {
  const tokens = ngettext("this token", "these %(count)s tokens", count, { count: wholeText(count) });
  if (predictedCycles === clockCycles) return gettext("predicted for %(tokens)s; the clock counted as many", { tokens });
  return gettext("predicted for %(tokens)s; the clock counted %(cycles)s", { tokens, cycles: wholeText(clockCycles) });
}

/** "84 × 22,811 + 16 × 23,622": the tokens after the first. */
export function sumText(cycles, count) {
  const runs = runsOf(cycles, count).map(({ tokens, each }) => `${wholeText(tokens)} × ${wholeText(each)}`);
  return runs.join(" + ") || "0";
}

/** When an answer begins, and why it goes on as it does. */
export function paceLines({ clock_hz, prompt, steps }, promptName) {
  const lines = [
    gettext("Predicted for %(prompt)s: %(cycles)s cycles to the first token (%(time)s), then %(each)s for each.", {
      prompt: promptName,
      cycles: wholeText(prompt),
      time: durationText(prompt / clock_hz),
      each: wholeText(steps[0][1]),
    }),
  ];
  if (steps.length > 1) lines.push(gettext("A token takes more cycles as the context grows."));
  return lines;
}
