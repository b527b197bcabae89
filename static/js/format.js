/* Numbers → the words that the page prints. What is not known is a dash, never a zero. */

export const UNKNOWN = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function rateText(tokensPerS) {
  if (tokensPerS === null || tokensPerS === undefined) return UNKNOWN;
  return (tokensPerS < 100 ? tenths : whole).format(tokensPerS);
}

export function secondsText(seconds) {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  const digits = seconds < 10 ? 2 : seconds < 100 ? 1 : 0;
  return `${seconds.toFixed(digits)} s`;
}

/** What may be far under a second: 0.00347 → "3.47 ms". */
export function durationText(seconds) {
  if (seconds === null || seconds === undefined || seconds >= 0.1) return secondsText(seconds);
  const ms = seconds * 1000;
  return `${ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : 1)} ms`;
}

export function ratioText(ratio) {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`;
}

export function wholeText(number) {
  return whole.format(number);
}

export function countText(count, noun) {
  return `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** 9302720 → "9.3M", as models are named by their size. */
export function parametersText(parameters) {
  if (parameters >= 1e9) return `${tenths.format(parameters / 1e9)}B`;
  return `${tenths.format(parameters / 1e6)}M`;
}

export function hardwareText(prediction) {
  if (!prediction.chips) return "on this machine";
  return `on ${chipsText(prediction.chips)}`;
}

/** "8 × H100", or with others there "8 × H100 · 64 users". */
export function systemText({ name, system: { users } }) {
  return users === 1 ? name : `${name} · ${countText(users, "user")}`;
}

/** "on 8 × H100", or with others there "on 8 × H100, each of 64 users". */
export function gpusText({ name, system: { users } }) {
  return users === 1 ? `on ${name}` : `on ${name}, each of ${countText(users, "user")}`;
}

export function chipsText(chips) {
  return chips === 1 ? "one LPU chip" : `${whole.format(chips)} LPU chips`;
}
