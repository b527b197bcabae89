/* State: the turns of a conversation, and what goes to the socket for them. The browser owns the
   conversation: each prompt carries all of it. Whoever listens hears `added`, `changed`, `removed`. */

import { Reply } from "./reply.js";

const ACCEPTANCE_LIMIT_MS = 5000;

export class Conversation {
  turns = []; // {prompt, reply}
  #send;
  #renew;
  #listener;
  #params;
  #resuming = new Set(); // replies whose log was asked for again

  constructor({ send, renew, listener, params }) {
    this.#send = send;
    this.#renew = renew;
    this.#listener = listener;
    this.#params = params;
  }

  get openTurn() {
    return this.turns.find((turn) => turn.reply.isOpen) ?? null;
  }

  /** A turn that the server refused makes room for the next one. */
  ask(prompt, model, gpus) {
    const last = this.turns.at(-1);
    if (last?.reply.isRefused) this.#remove(last);
    const turn = { prompt, reply: new Reply(model, gpus) };
    this.turns.push(turn);
    this.#listener.added(turn);
    this.#generate(turn);
    return turn;
  }

  /** The same question once more, in the same place; beside the GPUs that are chosen now. */
  again(turn, gpus) {
    turn.reply = new Reply(turn.reply.model, gpus);
    this.#listener.changed(turn, "restarted");
    this.#generate(turn);
  }

  stop() {
    const turn = this.openTurn;
    if (!turn) return;
    turn.reply.stopWanted = true;
    const heard = this.#send({ type: "stop", id: turn.reply.id });
    if (heard || turn.reply.isAccepted) return; // once reconnected it is said again
    turn.reply.withdraw();
    this.#listener.changed(turn, "ended");
  }

  /** Cumulative: everything up to the last frame was drawn. */
  acknowledge({ reply }) {
    if (reply.seq > 0 && reply.isOpen) {
      this.#send({ type: "ack", id: reply.id, seq: reply.seq });
    }
  }

  /** A new socket knows nothing: open answers are resumed, unheard prompts sent again. */
  reconnected() {
    for (const turn of this.turns) {
      if (!turn.reply.isOpen) continue;
      if (turn.reply.isAccepted) this.#resume(turn.reply);
      else this.#generate(turn);
    }
  }

  /** What /healthz says, for an answer that is waited for. */
  setWarming(turn, isWarming) {
    if (turn.reply.state !== (isWarming ? "waiting" : "warming")) return;
    turn.reply.state = isWarming ? "warming" : "waiting";
    this.#listener.changed(turn, "state");
  }

  receive(message, now_ms) {
    const turn = this.#turnOf(message);
    if (!turn?.reply.isOpen) return;
    if (message.type === "accepted") this.#accepted(turn, message, now_ms);
    if (message.type === "tokens") this.#tokens(turn, message, now_ms);
    if (message.type === "finished") turn.reply.finish(message);
    if (message.type === "error") this.#error(turn, message);
    if (!turn.reply.isOpen) this.#listener.changed(turn, "ended");
  }

  #accepted(turn, message, now_ms) {
    this.#resuming.delete(turn.reply);
    turn.reply.accept(message, now_ms);
    if (turn.reply.stopWanted) this.#send({ type: "stop", id: turn.reply.id });
    this.#listener.changed(turn, "accepted");
  }

  #tokens(turn, message, now_ms) {
    if (message.seq <= turn.reply.seq) return;
    turn.reply.take(message, now_ms);
    this.#listener.changed(turn, "tokens");
  }

  /** An error ends nothing, except a prompt or a resume that was refused, and a log read elsewhere.
      For an accepted answer it tells the reason of the end that follows. */
  #error({ reply }, { code, message }) {
    if (code === "duplicate_id") return;
    const isResuming = this.#resuming.delete(reply);
    if (!reply.isAccepted) reply.refuse(code, message);
    else if (isResuming || code === "taken_over") reply.lose(code, message);
    else reply.warn(code, message);
  }

  /** Without an id an error can only be about what was sent last and not yet accepted. */
  #turnOf({ type, id }) {
    if (id !== undefined && id !== null) return this.turns.find(({ reply }) => reply.id === id);
    const turn = this.openTurn;
    return type === "error" && turn && !turn.reply.isAccepted ? turn : undefined;
  }

  #generate(turn) {
    const { reply } = turn;
    const message = {
      type: "generate",
      id: reply.id,
      model: reply.model,
      messages: this.#messages(turn),
      params: this.#params,
      ...baselineOf(reply),
    };
    if (this.#send(message)) this.#expectAcceptance(reply);
  }

  /** A half-open socket swallows a prompt in silence: after a while another one is tried. */
  #expectAcceptance(reply) {
    setTimeout(() => {
      if (reply.isOpen && !reply.isAccepted) this.#renew();
    }, ACCEPTANCE_LIMIT_MS);
  }

  #resume(reply) {
    this.#resuming.add(reply);
    this.#send({ type: "resume", id: reply.id, key: reply.key, count: reply.count });
  }

  #messages(last) {
    const messages = [];
    for (const turn of this.turns) {
      if (turn === last) break;
      if (turn.reply.text === "") continue; // a question that got no answer
      messages.push({ role: "user", content: turn.prompt });
      messages.push({ role: "assistant", content: turn.reply.text });
    }
    return [...messages, { role: "user", content: last.prompt }];
  }

  #remove(turn) {
    this.turns.splice(this.turns.indexOf(turn), 1);
    this.#listener.removed(turn);
  }
}

/** The GPUs that were chosen; none where they are the usual ones, or cannot have the model. */
function baselineOf({ gpus: { system, refusal } }) {
  return system && !refusal ? { baseline: system } : {};
}
