/* State: one chat, its tree of messages, and what is set for it; and the records that the store keeps of it. */

import { newId } from "../identity.js";
import { Reply } from "../reply.js";
import { Tree } from "./tree.js";

const LONGEST_TITLE = 60;
const KEPT = ["id", "title", "namedAt_ms", "createdAt_ms", "changedAt_ms", "version", "model", "settings", "settingsAt_ms"];

export class Chat {
  id = newId();
  title = "";
  namedAt_ms = 0; // 0: by its first question
  createdAt_ms = Date.now();
  changedAt_ms = Date.now();
  version = 0; // 0: not kept yet
  model = null; // that was asked last
  settings = {};
  settingsAt_ms = 0;
  tree = new Tree();

  static of(record, messages) {
    const chat = new Chat();
    chat.take(record);
    chat.tree = new Tree(messages.map(messageOf), record.shown);
    return chat;
  }

  /** What the store says of it now; the messages are apart. */
  take(record) {
    for (const name of KEPT) this[name] = record[name];
  }

  record() {
    return { ...Object.fromEntries(KEPT.map((name) => [name, this[name]])), shown: this.tree.shown };
  }

  recordOf(message) {
    const { id, parent, role, at_ms, text, reply } = message;
    const kept = { id, chat: this.id, parent, role, at_ms };
    return role === "user" ? { ...kept, text } : { ...kept, ...reply.record() };
  }

  addQuestion(parent, text) {
    const question = { id: newId(), parent, role: "user", at_ms: Date.now(), text };
    this.tree.add(question);
    this.changedAt_ms = question.at_ms;
    if (this.title === "") this.title = titleOf(text);
    return question;
  }

  addAnswer(question, reply) {
    const answer = { id: reply.id, parent: question.id, role: "assistant", at_ms: Date.now(), reply };
    this.tree.add(answer);
    this.changedAt_ms = answer.at_ms;
    this.model = reply.model;
    return answer;
  }
}

/** A record of the store → a message of the tree. */
export function messageOf({ id, parent, role, at_ms, text, ...rest }) {
  if (role === "user") return { id, parent, role, at_ms, text };
  return { id, parent, role, at_ms, reply: Reply.of({ id, text, ...rest }) };
}

/** The beginning of the first line. */
export function titleOf(text) {
  const line = text.trim().split("\n", 1)[0];
  const letters = [...line];
  return letters.length <= LONGEST_TITLE ? line : `${letters.slice(0, LONGEST_TITLE - 1).join("")}…`;
}
