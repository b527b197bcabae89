/* State: the chats of this page: the one that is shown, and those whose answers still come meanwhile. What they
   say is written into the store, at once where something begins or ends, else twice a second. */

import { Chat } from "./chat.js";
import { Store } from "./store.js";

const BETWEEN_WRITES_MS = 500;

export class Chats {
  shown;
  store;
  trouble = ""; // why the browser does not keep what is new
  #conversations = new Map(); // chat id → its conversation: shown, or with an open answer
  #make;
  #listener;
  #due = new Map(); // conversation → messages that are not written yet
  #timer = 0;
  #opening = 0;

  /** `make(chat, keeping)`: a Conversation. `listener`: `opened(conversation)` when another one is shown,
      `listed()` when the list of chats has changed, `trouble(sentence)`, `removedElsewhere()`. */
  constructor({ make, listener }) {
    this.#make = make;
    this.#listener = listener;
    this.store = new Store({
      onTrouble: (sentence) => {
        this.trouble = sentence;
        listener.trouble(sentence);
      },
      onElsewhere: (message) => this.#elsewhere(message),
    });
    this.shown = make(new Chat());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#write();
      else this.#takeOver();
    });
    window.addEventListener("focus", () => this.#takeOver());
    window.addEventListener("pagehide", () => this.#leave());
  }

  get all() {
    return new Set([this.shown, ...this.#conversations.values()]);
  }

  /** A chat without a word, that is kept from its first question on. */
  fresh() {
    this.#opening += 1;
    this.#show(this.#make(new Chat()));
  }

  /** Shows a chat that was kept; says whether there is one. */
  async open(id) {
    this.#opening += 1;
    const opening = this.#opening;
    const live = this.#conversations.get(id) ?? (id === this.shown.chat.id ? this.shown : null);
    const kept = live ? null : await this.store.load(id);
    if (opening !== this.#opening) return true; // the reader went elsewhere since
    if (!live && !kept) return false;
    this.#show(live ?? this.#make(Chat.of(kept.chat, kept.messages)));
    if (!live) this.shown.reconnected();
    return true;
  }

  /** Messages of a chat have changed: written at once, or with `isFlowing` soon. */
  keep(conversation, messages, isFlowing = false) {
    const due = this.#due.get(conversation) ?? new Set();
    for (const message of messages) due.add(message);
    this.#due.set(conversation, due);
    if (conversation.openTurn) this.#conversations.set(conversation.chat.id, conversation);
    else this.#conversations.delete(conversation.chat.id);
    if (isFlowing) this.#timer ||= setTimeout(() => this.#write(), BETWEEN_WRITES_MS);
    else this.#write();
  }

  async forget(conversation, ids) {
    for (const message of this.#due.get(conversation) ?? []) {
      if (ids.includes(message.id)) this.#due.get(conversation).delete(message);
    }
    await this.store.removeMessages(conversation.chat.id, ids);
  }

  async rename(id, title) {
    const conversation = this.#liveOne(id);
    const chat = conversation?.chat ?? (await this.store.load(id))?.chat;
    if (!chat) return;
    Object.assign(chat, { title, namedAt_ms: Date.now() });
    await this.#put(conversation, conversation ? chat.record() : chat, []);
  }

  /** Settings of the chat that is shown; one without a question is not kept yet. */
  set(settings) {
    const { chat } = this.shown;
    Object.assign(chat, { settings, settingsAt_ms: Date.now() });
    if (chat.version > 0) this.keep(this.shown, []);
  }

  /** Gives what was deleted, for `restore`. */
  async remove(id) {
    for (const conversation of this.all) {
      if (conversation.chat.id !== id) continue;
      conversation.stop();
      this.#conversations.delete(id);
      this.#due.delete(conversation);
    }
    const gone = await this.store.remove(id);
    if (this.shown.chat.id === id) this.fresh();
    this.#listener.listed();
    return gone;
  }

  /** Chats that were deleted, or come from a file; the list hears of them once. */
  async restore(all) {
    for (const { chat, messages } of all) {
      await this.store.keep(chat, messages, { revives: true });
      await this.#readAgain(chat.id);
    }
    this.#listener.listed();
  }

  #show(conversation) {
    this.shown = conversation;
    this.#listener.opened(conversation);
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const [conversation, messages] of this.#due) {
      const { chat } = conversation;
      this.#put(conversation, chat.record(), [...messages].map((message) => chat.recordOf(message)));
    }
    this.#due.clear();
  }

  /** The page goes, perhaps for good. */
  #leave() {
    for (const [conversation, messages] of this.#due) {
      const mine = [...messages].filter(({ reply }) => !reply?.isElsewhere);
      if (conversation.chat.version > 0) this.store.keepAtLast(mine.map((message) => conversation.chat.recordOf(message)));
    }
    this.#write(); // where the page stays in memory, the whole of it
    this.store.leave();
  }

  /** Where another tab has deleted the chat, a question asked since brings all of it back. */
  async #put(conversation, record, messages) {
    const isNews = messages.some(({ role }) => role === "user");
    const wasKept = record.version > 0;
    const written = await this.store.keep(record, messages, { revives: isNews });
    if (written && conversation) conversation.chat.version = written.version;
    if (written && conversation && isNews && wasKept) await this.#complete(conversation, messages);
    this.#listener.listed();
  }

  /** Writes the rest of a chat that came back. */
  async #complete({ chat }, written) {
    const kept = await this.store.load(chat.id);
    const known = new Set([...kept.messages, ...written].map(({ id }) => id));
    const rest = chat.tree.messages.filter(({ id }) => !known.has(id));
    if (rest.length > 0) await this.store.keep(chat.record(), rest.map((message) => chat.recordOf(message)));
  }

  async #elsewhere({ type, chat: id }) {
    if (type === "leaving") return this.#takeOver();
    this.#listener.listed();
    const conversation = this.#liveOne(id);
    if (conversation && type === "removed") return this.#listener.removedElsewhere(conversation);
    await this.#readAgain(id);
  }

  /** What the store holds of a chat by now, where this page has it before it. */
  async #readAgain(id) {
    const conversation = this.#liveOne(id);
    const kept = conversation && (await this.store.load(id));
    if (!kept) return;
    conversation.chat.take(kept.chat);
    conversation.merge(kept.messages);
    if (!conversation.openTurn) this.#conversations.delete(id);
  }

  #liveOne(id) {
    return [...this.all].find(({ chat }) => chat.id === id);
  }

  #takeOver() {
    if (document.hidden) return;
    for (const conversation of this.all) conversation.takeOver();
  }
}
