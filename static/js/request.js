/* An answer that is wanted → the message that asks the server for it. A message may only be so large, so of a long
   chat it carries the newest that was said; the words' window is smaller still in most models. */

const encoder = new TextEncoder();

/** `before`: [question, answer] of the turns before, the oldest first. `limit_bytes`: of a message.
    Gives {message, leftOut}, or null where the question alone is too long; `leftOut` counts messages. */
export function requestFor({ reply, question, before, system, params }, limit_bytes) {
  const messageOf = (said) => ({
    type: "generate",
    id: reply.id,
    model: reply.model,
    messages: [...(system ? [{ role: "system", content: system }] : []), ...said, { role: "user", content: question }],
    params,
    render: true,
    ...baselineOf(reply),
  });
  const room = limit_bytes - bytesOf(messageOf([]));
  if (room < 0) return null;
  const said = newest(before, room);
  return { message: messageOf(said), leftOut: 2 * before.length - said.length };
}

/** How much of the socket a message takes. */
export function bytesOf(message) {
  return encoder.encode(JSON.stringify(message)).length;
}

function newest(turns, room) {
  const said = [];
  for (const [question, answer] of turns.toReversed()) {
    const turn = [{ role: "user", content: question }, { role: "assistant", content: answer }];
    room -= bytesOf(turn);
    if (room < 0) break;
    said.unshift(...turn);
  }
  return said;
}

/** The GPUs that were chosen; none where they are the usual ones, or cannot have the model. */
function baselineOf({ gpus: { system, refusal } }) {
  return system && !refusal ? { baseline: system } : {};
}
