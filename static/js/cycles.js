/* The cycles of a counted clock → sentences. What was predicted comes from `accepted` alone, the account from
   `finished` alone; they are compared here, before the reader's eyes. */

import { durationText, wholeText } from "./format.js";
import { runsOf } from "./rates.js";

/** Goes on after the cycles to the first token. */
export function predictedText({ steps }) {
  return `predicted to the first token, then ${wholeText(steps[0][1])} for the next`;
}

/** Goes on after the predicted cycles of the whole answer. */
export function comparedText({ predictedCycles, clockCycles, count }) {
  const tokens = count === 1 ? "this token" : `these ${wholeText(count)} tokens`;
  const counted = predictedCycles === clockCycles ? "as many" : wholeText(clockCycles);
  return `predicted for ${tokens}; the clock counted ${counted}`;
}

/** "84 × 22,811 + 16 × 23,622": the tokens after the first. */
export function sumText(cycles, count) {
  const runs = runsOf(cycles, count).map(({ tokens, each }) => `${wholeText(tokens)} × ${wholeText(each)}`);
  return runs.join(" + ") || "0";
}

/** When an answer begins, and why it goes on as it does. */
export function paceLines({ clock_hz, prompt, steps }, promptName) {
  const lines = [
    `Predicted for ${promptName}: ${wholeText(prompt)} cycles to the first token (${durationText(prompt / clock_hz)}), then ${wholeText(steps[0][1])} for each.`,
  ];
  if (steps.length > 1) lines.push("A token takes more cycles as the context grows.");
  return lines;
}
