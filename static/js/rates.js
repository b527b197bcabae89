/* A clock → how many tokens by when: the engine's rule, for the LPU and the GPU alike.
   A clock {cycles: {clock_hz, prompt, steps}} is counted: token 0 is there after `prompt` cycles, and from
   the token of a step's index on each takes the step's cycles. Any other {ttft_s, tokens_per_s} gives
   token i at ttft_s + i / tokens_per_s, where a first token whose time nobody published is due at once. */

/** Tokens that are there `seconds` after acceptance. */
export function tokensBy(clock, seconds) {
  if (clock.cycles) return tokensWithin(clock.cycles, seconds * clock.cycles.clock_hz);
  const decoding = seconds - (clock.ttft_s ?? 0);
  return decoding < 0 ? 0 : Math.floor(decoding * clock.tokens_per_s) + 1;
}

/** Seconds from acceptance until `count` tokens are there. */
export function dueAt(clock, count) {
  if (count === 0) return 0;
  if (clock.cycles) return cyclesFor(clock.cycles, count) / clock.cycles.clock_hz;
  return (clock.ttft_s ?? 0) + (count - 1) / clock.tokens_per_s;
}

/** Cycles from acceptance until `count` tokens are there. */
export function cyclesFor(cycles, count) {
  if (count === 0) return 0;
  const decoding = runsOf(cycles, count).map(({ tokens, each }) => tokens * each);
  return decoding.reduce((sum, run) => sum + run, cycles.prompt);
}

/** The tokens after the first of an answer of `count`, in runs {tokens, each} of equal cycles. */
export function runsOf({ steps }, count) {
  const runs = steps.map(([first, each], i) => {
    const end = Math.min(count, steps[i + 1]?.[0] ?? count);
    return { tokens: end - first, each };
  });
  return runs.filter(({ tokens }) => tokens > 0);
}

function tokensWithin(cycles, elapsed) {
  if (elapsed < cycles.prompt) return 0;
  let left = elapsed - cycles.prompt;
  let count = 1;
  for (const { tokens, each } of runsOf(cycles, Infinity)) {
    const fitting = Math.min(tokens, Math.floor(left / each));
    count += fitting;
    left -= fitting * each;
    if (fitting < tokens) break;
  }
  return count;
}

/** Tokens per second between two stamps, each {count, at_s}; null while there is only one. */
export function rateBetween(first, last) {
  if (!first || !last || last.count <= first.count || last.at_s <= first.at_s) return null;
  return (last.count - first.count) / (last.at_s - first.at_s);
}

/** Output speed against output speed, one model, one user on each side; null where one has no such rate. */
export function ratio(prediction, baseline) {
  if (!baseline || baseline.system.users > 1) return null;
  if (prediction.tokens_per_s === null || prediction.kind === "measured") return null;
  return prediction.tokens_per_s / baseline.tokens_per_s;
}
