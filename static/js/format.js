/* Numbers → the words that the page prints. What is not known is a dash, never a zero. */

import { gettext, ngettext } from "./language.js";

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
  if (seconds === null || seconds === undefined || seconds >= 0.09995) return secondsText(seconds);
  const ms = seconds * 1000;
  return `${ms.toFixed(ms < 0.9995 ? 3 : ms < 9.995 ? 2 : 1)} ms`; // of three digits, whichever way it is rounded
}

export function ratioText(ratio) {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`;
}

export function wholeText(number) {
  return whole.format(number);
}

const COUNTED = {
  token: (count, told) => ngettext("%(count)s token", "%(count)s tokens", count, told),
  cycle: (count, told) => ngettext("%(count)s cycle", "%(count)s cycles", count, told),
  user: (count, told) => ngettext("%(count)s user", "%(count)s users", count, told),
  request: (count, told) => ngettext("%(count)s request", "%(count)s requests", count, told),
  chip: (count, told) => ngettext("%(count)s chip", "%(count)s chips", count, told),
  GPU: (count, told) => ngettext("%(count)s GPU", "%(count)s GPUs", count, told),
  chat: (count, told) => ngettext("%(count)s chat", "%(count)s chats", count, told),
};

/** "96 tokens", "– tokens" where it is not known. */
export function countText(count, noun) {
  const isKnown = count !== null && count !== undefined;
  return COUNTED[noun](isKnown ? count : Infinity, { count: isKnown ? whole.format(count) : UNKNOWN });
}

const MARKS = {
  simulated: gettext("simulated"),
  published: gettext("published"),
  measured: gettext("measured"),
  shown: gettext("shown"),
};

/** A mark as the page prints it. */
export function markText(kind) {
  return MARKS[kind] ?? kind;
}

/** 9302720 → "9.3M", as models are named by their size. */
export function parametersText(parameters) {
  if (parameters >= 1e9) return `${tenths.format(parameters / 1e9)}B`;
  return `${tenths.format(parameters / 1e6)}M`;
}

export function hardwareText(prediction) {
  if (!prediction.chips) return gettext("on this machine");
  return gettext("on %(chips)s", { chips: chipsText(prediction.chips) });
}

/** "8 × H100", or with others there "8 × H100 · 64 users". */
export function systemText({ name, system: { users } }) {
  return users === 1 ? name : `${name} · ${countText(users, "user")}`;
}

/** "on 8 × H100", or with others there "on 8 × H100, each of 64 users". */
export function gpusText({ name, system: { users } }) {
  if (users === 1) return gettext("on %(gpus)s", { gpus: name });
  return gettext("on %(gpus)s, each of %(users)s", { gpus: name, users: countText(users, "user") });
}

export function chipsText(chips) {
  return chips === 1 ? gettext("one LPU chip") : gettext("%(count)s LPU chips", { count: whole.format(chips) });
}
