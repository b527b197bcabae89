/* State: one chat as it goes on, and what goes to the socket for it. The browser owns the chat: each prompt
   carries all that was said before it. A turn {question, reply} is a question with one of its answers.
   Whoever listens hears `path` (other turns are shown), `began`, `changed`, `kept` and `removed`. */

import { messageOf } from "./history/chat.js";
import { gettext } from "./language.js";
import { Reply } from "./reply.js";
import { bytesOf, requestFor } from "./request.js";

const ACCEPTANCE_LIMIT_MS = 5000;
const RENDERED_AT_ONCE = 4; // texts on their way to be rendered: the reader may have scrolled on before the next ones
const TOO_LONG = gettext("This question is longer than a message may be: shorten it, or ask in parts.");

export class Conversation {
  chat;
  #send;
  #renew;
  #listener;
  #params;
  #limit_bytes;
  #turns = new Map(); // answer's id → its turn, so that a turn stays itself
  #resuming = new Set(); // replies whose log was asked for again
  #unrendered = []; // replies whose Markdown is wanted
  #rendering = new Set(); // those of which it was asked for
  #rendered = new WeakSet(); // and those to which the server has had its say

  /** `params(chat)`: what the server is asked for. `limit_bytes`: how large a message may be. */
  constructor(chat, { send, renew, listener, params, limit_bytes }) {
    this.chat = chat;
    this.#send = send;
    this.#renew = renew;
    this.#listener = listener;
    this.#params = params;
    this.#limit_bytes = limit_bytes;
  }

  /** The turns that are shown. */
  get turns() {
    return this.chat.tree.path().filter(isAnswer).map((answer) => this.#turn(answer));
  }

  get openTurn() {
    return this.#openTurns[0] ?? null;
  }

  get #openTurns() {
    const open = this.chat.tree.messages.filter((message) => isAnswer(message) && message.reply.isOpen);
    return open.map((answer) => this.#turn(answer));
  }

  /** A turn that the server refused makes room for the next one. */
  ask(prompt, model, gpus) {
    const last = this.turns.at(-1);
    if (last?.reply.isRefused) this.#remove(last);
    const parent = this.chat.tree.path().at(-1)?.id ?? null;
    this.#begin(this.chat.addQuestion(parent, prompt), model, gpus);
  }

  /** The same question once more; the answer that stood there stays reachable, unless it is empty. */
  again(turn, model, gpus) {
    if (turn.reply.text === "") this.#removeMessage(turn.reply.id);
    this.#begin(turn.question, model, gpus);
  }

  /** Another question in the place of a turn's: a branch beside it. */
  edit({ question }, prompt, model, gpus) {
    this.#begin(this.chat.addQuestion(question.parent, prompt), model, gpus);
  }

  /** Where a turn stands among the branches: {question, answer}, each {ids, at}. */
  branches({ question, reply }) {
    const among = (id) => {
      const ids = this.chat.tree.siblings(id).map((message) => message.id);
      return { ids, at: ids.indexOf(id) };
    };
    return { question: among(question.id), answer: among(reply.id) };
  }

  /** Shows another branch. */
  choose(message) {
    this.chat.tree.choose(message);
    this.#listener.kept(this, []);
    this.#listener.path(this);
  }

  stop() {
    const turn = this.openTurn;
    if (!turn) return;
    turn.reply.stopWanted = true;
    if (turn.reply.isElsewhere && turn.reply.isAccepted) return this.#resume(turn.reply); // and then stopped
    const heard = !turn.reply.isElsewhere && this.#send({ type: "stop", id: turn.reply.id });
    if (heard || turn.reply.isAccepted) return; // once reconnected it is said again
    turn.reply.withdraw();
    this.#changed(turn, "ended");
  }

  /** Cumulative: everything up to the last frame was drawn. */
  acknowledge({ reply }) {
    if (reply.seq > 0 && reply.isOpen && !reply.isElsewhere) {
      this.#send({ type: "ack", id: reply.id, seq: reply.seq });
    }
  }

  /** A new socket knows nothing: open answers are resumed, unheard prompts sent again. */
  reconnected() {
    this.#rendering.clear();
    for (const turn of this.#openTurns) {
      if (turn.reply.isAccepted) this.#resume(turn.reply);
      else if (!turn.reply.isElsewhere) this.#generate(turn);
    }
  }

  /** The tab that read an answer may be gone: this one reads it. */
  takeOver() {
    for (const { reply } of this.#openTurns) {
      if (reply.isElsewhere && reply.isAccepted) this.#resume(reply);
    }
  }

  /** What another tab has kept: new branches, and how far answers are that are read there. */
  merge(records) {
    const turns = [];
    for (const record of records) {
      const known = this.chat.tree.get(record.id);
      if (!known) this.#graft(record);
      else if (isAnswer(known) && this.#isBehind(known.reply, record)) turns.push(this.#follow(known, record));
    }
    this.#listener.path(this);
    for (const turn of turns) this.#listener.changed(this, turn, "followed");
  }

  /** What /healthz says, for an answer that is waited for. */
  setWarming(turn, isWarming) {
    if (turn.reply.state !== (isWarming ? "waiting" : "warming")) return;
    turn.reply.state = isWarming ? "warming" : "waiting";
    this.#listener.changed(this, turn, "state");
  }

  /** Asks for the Markdown of turns whose text is here, and whose stream is not; a few at a time, and no longer for
      those that were wanted before. */
  render(turns) {
    this.#unrendered = turns.map(({ reply }) => reply).filter((reply) => this.#isUnrendered(reply));
    this.#renderNext();
  }

  receive(message, now_ms) {
    const turn = this.#turnOf(message);
    if (turn && this.#rendering.has(turn.reply)) return this.#heardOfRendering(turn, message);
    if (!turn?.reply.isOpen) return;
    if (message.type === "accepted") this.#accepted(turn, message, now_ms);
    if (message.type === "tokens") this.#tokens(turn, message, now_ms);
    if (message.type === "finished") turn.reply.finish(message);
    if (message.type === "error") this.#error(turn, message);
    if (!turn.reply.isOpen) this.#changed(turn, "ended");
  }

  #isUnrendered(reply) {
    return !reply.isOpen && reply.rendered < reply.text.length && !this.#rendered.has(reply);
  }

  /** A text that no message can carry stays text. */
  #renderNext() {
    while (this.#rendering.size < RENDERED_AT_ONCE && this.#unrendered.length > 0) {
      const reply = this.#unrendered.shift();
      const message = { type: "render", id: reply.id, text: reply.text };
      if (this.#rendering.has(reply) || !this.#isUnrendered(reply)) continue; // it came meanwhile
      if (bytesOf(message) > this.#limit_bytes) this.#rendered.add(reply);
      else if (this.#send(message)) this.#rendering.add(reply);
    }
  }

  /** An error too: that text stays text. */
  #heardOfRendering(turn, message) {
    this.#rendering.delete(turn.reply);
    this.#rendered.add(turn.reply);
    if (message.type === "rendered") {
      turn.reply.render(message);
      this.#listener.changed(this, turn, "rendered");
    }
    this.#renderNext();
  }

  #accepted(turn, message, now_ms) {
    this.#resuming.delete(turn.reply);
    turn.reply.accept(message, now_ms);
    if (turn.reply.stopWanted) this.#send({ type: "stop", id: turn.reply.id });
    this.#changed(turn, "accepted");
  }

  #tokens(turn, message, now_ms) {
    if (message.seq <= turn.reply.seq) return;
    turn.reply.take(message, now_ms);
    this.#changed(turn, "tokens");
  }

  /** An error ends nothing, except a prompt or a resume that was refused. A log that is read elsewhere is read by
      another tab, which keeps it. For an accepted answer an error tells the reason of the end that follows. */
  #error({ reply }, { code, message }) {
    if (code === "duplicate_id") return;
    const isResuming = this.#resuming.delete(reply);
    if (!reply.isAccepted) reply.refuse(code, message);
    else if (code === "taken_over") reply.isElsewhere = true;
    else if (isResuming) reply.lose(code, message);
    else reply.warn(code, message);
  }

  /** Without an id an error can only be about what was sent last and not yet accepted. */
  #turnOf({ type, id }) {
    if (id !== undefined && id !== null) {
      const message = this.chat.tree.get(id);
      return message && isAnswer(message) ? this.#turn(message) : undefined;
    }
    const turn = this.openTurn;
    return type === "error" && turn && !turn.reply.isAccepted ? turn : undefined;
  }

  #begin(question, model, gpus) {
    const turn = this.#turn(this.chat.addAnswer(question, new Reply(model, gpus)));
    this.#listener.kept(this, [question, this.chat.tree.get(turn.reply.id)]);
    this.#listener.path(this);
    this.#listener.began(this, turn);
    this.#generate(turn);
  }

  #generate(turn) {
    const { reply } = turn;
    const request = requestFor(this.#asked(turn), this.#limit_bytes);
    if (!request) {
      reply.refuse("too_long", TOO_LONG);
      return this.#changed(turn, "ended");
    }
    reply.leftOut = request.leftOut;
    if (this.#send(request.message)) this.#expectAcceptance(reply);
  }

  /** A half-open socket swallows a prompt in silence: after a while another one is tried. */
  #expectAcceptance(reply) {
    setTimeout(() => {
      if (reply.isOpen && !reply.isAccepted) this.#renew();
    }, ACCEPTANCE_LIMIT_MS);
  }

  #resume(reply) {
    this.#resuming.add(reply);
    const { id, key, count, rendered } = reply;
    this.#send({ type: "resume", id, key, count, rendered });
  }

  /** An answer, and the way to its question: questions that got no answer are left out. */
  #asked({ question, reply }) {
    const way = this.chat.tree.before(question.id);
    const before = [];
    for (const [i, message] of way.entries()) {
      if (isAnswer(message) && message.reply.text !== "") before.push([way[i - 1].text, message.reply.text]);
    }
    return { reply, question: question.text, before, system: this.chat.settings.system, params: this.#params(this.chat) };
  }

  #isBehind(reply, { count, state }) {
    if (!reply.isElsewhere && reply.problem?.code !== "unsent") return false;
    return count > reply.count || state !== reply.state;
  }

  #follow(answer, record) {
    answer.reply.restore(record, true);
    return this.#turn(answer);
  }

  #graft(record) {
    const message = messageOf(record);
    if (isAnswer(message)) message.reply.restore(record, true);
    this.chat.tree.graft(message);
  }

  /** The question goes with its only answer. */
  #remove({ question, reply }) {
    const isOnly = this.chat.tree.siblings(reply.id).length === 1;
    this.#removeMessage(isOnly ? question.id : reply.id);
  }

  #removeMessage(id) {
    this.#listener.removed(this, this.chat.tree.remove(id));
  }

  #changed(turn, what) {
    this.#listener.kept(this, [this.chat.tree.get(turn.reply.id)], what === "tokens");
    this.#listener.changed(this, turn, what);
  }

  #turn(answer) {
    const known = this.#turns.get(answer.id);
    if (known) return known;
    const turn = { question: this.chat.tree.get(answer.parent), reply: answer.reply };
    this.#turns.set(answer.id, turn);
    return turn;
  }
}

function isAnswer({ role }) {
  return role === "assistant";
}
