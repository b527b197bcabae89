/* Transport: the browser's own store of chats. What the browser refuses to keep stays in this page's memory, and
   the page is told in a sentence. Other tabs are told of every change. */

import { asked, inTransaction, openDatabase } from "./database.js";
import { furtherMessage, mergedChat } from "./merge.js";
import { gettext } from "../language.js";

const CHANNEL = "lpu-playground";
const FORBIDDEN = gettext(
  "This browser keeps no history here (a private window, or storage is switched off): chats last until this page is closed.",
);
const FULL = gettext(
  "This browser’s storage is full: what is new lasts until this page is closed. Export chats and delete some.",
);

export class Store {
  #database; // promised
  #opened = null;
  #memory = { chats: new Map(), messages: new Map() }; // what the database did not take
  #channel = null;
  #onTrouble;

  /** `onTrouble(sentence)` is called when keeping begins to fail, and with "" when it works again;
      `onElsewhere({type, chat, messages})` when another tab has "kept", "removed", or is "leaving". */
  constructor({ onTrouble, onElsewhere }) {
    this.#onTrouble = onTrouble;
    this.#database = this.#open();
    this.#channel = openChannel();
    if (this.#channel) this.#channel.onmessage = ({ data }) => onElsewhere(data);
  }

  /** The records of all chats, the last changed first. */
  async list() {
    const kept = await this.#read(({ chats }) => asked(chats.getAll()));
    const all = [...over(kept ?? [], this.#memory.chats)];
    return all.sort((one, other) => other.changedAt_ms - one.changedAt_ms);
  }

  /** {chat, messages}, or null. */
  async load(id) {
    const kept = await this.#read(async ({ chats, messages }) => ({
      chat: await asked(chats.get(id)),
      messages: await asked(messages.index("chat").getAll(id)),
    }));
    const chat = this.#memory.chats.get(id) ?? kept?.chat;
    if (!chat) return null;
    const unkept = [...this.#memory.messages].filter(([, message]) => message.chat === id);
    return { chat, messages: [...over(kept?.messages ?? [], new Map(unkept))] };
  }

  /** The ids of the chats in which a text stands, in the title or in a message. */
  async search(text) {
    const wanted = text.toLowerCase();
    const holds = (string) => string.toLowerCase().includes(wanted);
    const messages = await this.#read((stores) => asked(stores.messages.getAll()));
    const found = new Set((await this.list()).filter(({ title }) => holds(title)).map(({ id }) => id));
    for (const message of over(messages ?? [], this.#memory.messages)) {
      if (holds(message.text)) found.add(message.chat);
    }
    return found;
  }

  /** Writes a chat and some of its messages over what other tabs have written, and gives the chat's record as it
      is then; null where another tab has deleted it, unless `revives`. */
  async keep(chat, messages, { revives = false } = {}) {
    const memory = this.#inMemory(chat.id);
    const all = [...over(memory, new Map(messages.map((message) => [message.id, message])))];
    try {
      const written = await this.#write((stores) => put(stores, chat, all, revives));
      this.#forget(chat.id);
      if (written) this.#tell("kept", chat.id, messages);
      return written;
    } catch (error) {
      this.#remember(chat, all, error);
      return chat;
    }
  }

  /** What came last, written while the page goes: there is no time to read what other tabs have written. */
  keepAtLast(messages) {
    if (!this.#opened || messages.length === 0) return;
    const transaction = this.#opened.transaction("messages", "readwrite");
    for (const message of messages) transaction.objectStore("messages").put(message);
    transaction.commit();
  }

  /** Takes a chat away with its messages, and gives {chat, messages} for who wants it back. */
  async remove(id) {
    const gone = await this.load(id);
    this.#forget(id);
    await this.#write((stores) => erase(stores, id)).catch(() => {});
    this.#tell("removed", id, []);
    return gone;
  }

  async removeMessages(chat, ids) {
    for (const id of ids) this.#memory.messages.delete(id);
    await this.#write(async ({ messages }) => ids.forEach((id) => messages.delete(id))).catch(() => {});
    this.#tell("kept", chat, []);
  }

  /** This page goes: who reads along may read on by itself. */
  leave() {
    this.#tell("leaving", null, []);
  }

  async #open() {
    try {
      this.#opened = await openDatabase();
    } catch {
      this.#onTrouble(FORBIDDEN);
    }
    return this.#opened;
  }

  async #read(work) {
    const database = await this.#database;
    return database ? inTransaction(database, "readonly", work).catch(() => null) : null;
  }

  async #write(work) {
    const database = await this.#database;
    if (!database) throw new DOMException(FORBIDDEN, "SecurityError");
    return inTransaction(database, "readwrite", work);
  }

  #inMemory(id) {
    return [...this.#memory.messages.values()].filter(({ chat }) => chat === id);
  }

  #remember(chat, messages, { name }) {
    this.#memory.chats.set(chat.id, chat);
    for (const message of messages) this.#memory.messages.set(message.id, message);
    this.#onTrouble(name === "QuotaExceededError" ? FULL : FORBIDDEN);
  }

  #forget(id) {
    if (!this.#memory.chats.delete(id)) return;
    for (const { id: message } of this.#inMemory(id)) this.#memory.messages.delete(message);
    if (this.#memory.chats.size === 0) this.#onTrouble("");
  }

  #tell(type, chat, messages) {
    this.#channel?.postMessage({ type, chat, messages: messages.map(({ id }) => id) });
  }
}

async function put({ chats, messages }, chat, given, revives) {
  const kept = (await asked(chats.get(chat.id))) ?? null;
  if (!kept && chat.version > 0 && !revives) return null;
  for (const message of given) {
    const before = (await asked(messages.get(message.id))) ?? null;
    messages.put(furtherMessage(before, message));
  }
  const merged = mergedChat(kept, chat);
  chats.put(merged);
  return merged;
}

async function erase({ chats, messages }, id) {
  chats.delete(id);
  for (const key of await asked(messages.index("chat").getAllKeys(id))) messages.delete(key);
}

/** Null where tabs may not speak to each other: where storage is forbidden, some browsers forbid that too. */
function openChannel() {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}

function over(records, memory) {
  return new Map([...records.map((record) => [record.id, record]), ...memory]).values();
}
