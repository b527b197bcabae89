/* A clock {ttft_s, tokens_per_s} → how many tokens by when. Token i, counted from 0, is due at
   ttft_s + i / tokens_per_s: the engine's rule, for the LPU and the GPU alike. A first token whose
   time nobody published counts as due at once. */

/** Tokens that are there `seconds` after acceptance. */
export function tokensBy(clock, seconds) {
  const decoding = seconds - (clock.ttft_s ?? 0);
  return decoding < 0 ? 0 : Math.floor(decoding * clock.tokens_per_s) + 1;
}

/** Seconds from acceptance until `count` tokens are there. */
export function dueAt(clock, count) {
  return count === 0 ? 0 : (clock.ttft_s ?? 0) + (count - 1) / clock.tokens_per_s;
}

/** Tokens per second between two stamps, each {count, at_s}; null while there is only one. */
export function rateBetween(first, last) {
  if (!first || !last || last.count <= first.count || last.at_s <= first.at_s) return null;
  return (last.count - first.count) / (last.at_s - first.at_s);
}

/** Decode against decode, one model, one user; null where either side has no such rate. */
export function ratio(prediction, baseline) {
  if (!baseline || prediction.tokens_per_s === null || prediction.kind === "measured") return null;
  return prediction.tokens_per_s / baseline.tokens_per_s;
}
