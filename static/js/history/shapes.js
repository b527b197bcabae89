/* What was read from a file → whether it has the shape that this page works with. */

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value) => typeof value === "string";
const name = (value) => text(value) && value !== "";
const number = (value) => Number.isFinite(value);
const count = (value) => Number.isSafeInteger(value) && value >= 0;
const maybe = (is) => (value) => value === null || value === undefined || is(value);
const listOf = (is) => (value) => Array.isArray(value) && value.every(is);
const pair = (value) => listOf(count)(value) && value.length === 2;
const oneOf = (...values) => (value) => values.includes(value);
const shape = (fields) => (value) =>
  isObject(value) && Object.entries(fields).every(([field, is]) => is(value[field]));

const system = shape({ gpu: name, count, precision: name, users: count });
const stamp = maybe(shape({ count, at_s: number }));
const stamps = shape({ first: stamp, last: stamp });
const id = (value) => text(value) && /^[A-Za-z0-9_-]{1,64}$/.test(value);

/** A chat without its messages. */
export const isChat = shape({
  id,
  title: text,
  namedAt_ms: number,
  createdAt_ms: number,
  changedAt_ms: number,
  model: maybe(text),
  settings: isObject,
  shown: (value) => isObject(value) && Object.values(value).every(id),
});

export const isMessage = shape({ id, parent: maybe(id), role: oneOf("user", "assistant"), at_ms: number, text });

/** What an answer is beside its text. */
export const isAnswer = shape({
  model: name,
  state: oneOf("finished", "stopped", "error", "lost"),
  count,
  problem: maybe(shape({ code: text, message: text })),
});

/** What was told of it in numbers: all of them, or none is shown. */
export const hasFigures = shape({
  gpus: shape({ system: maybe(system), refusal: maybe(text) }),
  words: shape({ name, chars_per_token: maybe(number), dropped_turns: count }),
  prediction: shape({
    kind: name,
    source: text,
    ttft_s: maybe(number),
    tokens_per_s: maybe(number),
    chips: maybe(count),
    cycles: maybe(shape({ clock_hz: count, prompt: count, steps: (value) => listOf(pair)(value) && value.length > 0 })),
  }),
  published: maybe(shape({ tokens_per_s: number, source: text })),
  baseline: maybe(
    shape({
      kind: name,
      source: text,
      name,
      ttft_s: number,
      tokens_per_s: number,
      system,
      parts: listOf(shape({ name, about: name, seconds: number })),
    }),
  ),
  usage: maybe(
    shape({
      prompt_tokens: count,
      completion_tokens: count,
      queue_time: number,
      prompt_time: maybe(number),
      completion_time: number,
      total_time: number,
      cycles: maybe(shape({ prompt: count, completion: count })),
    }),
  ),
  measured: maybe(shape({ ttft_s: maybe(number), tokens_per_s: maybe(number) })),
  clock_s: maybe(number),
  computed_s: maybe(number),
  acceptedAt_ms: maybe(number),
  arrivals: stamps,
  computed: stamps,
});
