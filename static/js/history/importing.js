/* A file's text → chats as records {chat, messages}, or an ImportProblem with a sentence. A file may be anybody's:
   nothing of it is taken that was not looked at. */

import { newId } from "../identity.js";
import { gettext, interpolate } from "../language.js";
import { Chat } from "./chat.js";
import { FORMAT, FORMAT_VERSION } from "./exporting.js";
import { hasFigures, isAnswer, isChat, isMessage } from "./shapes.js";

const NONSENSE = gettext("This file holds no chats of this page: choose a .json or .md file that was exported here.");
const NEWER = gettext("This file comes from a newer version of this page, which this one cannot read.");
const BROKEN = {
  chat: gettext("Nothing was imported: chat %(number)s of this file is not whole."),
  size: gettext("Nothing was imported: chat %(number)s of this file has more than %(most)s messages."),
  message: gettext("Nothing was imported: chat %(number)s of this file has a message that is not whole."),
  answer: gettext("Nothing was imported: chat %(number)s of this file has an answer that is not whole."),
  order: gettext("Nothing was imported: chat %(number)s of this file has messages that do not follow each other."),
};
const MOST_MESSAGES = 20000;
const CHAT_FIELDS = ["id", "title", "namedAt_ms", "createdAt_ms", "changedAt_ms", "model", "settings", "shown"];
const MESSAGE_FIELDS = ["id", "parent", "role", "at_ms", "text"];
const ANSWER_FIELDS = ["model", "state", "count", "reason", "problem"];
const FIGURES = [
  "gpus", "words", "prediction", "published", "baseline", "usage", "measured", "clock_s", "computed_s",
  "acceptedAt_ms", "arrivals", "computed",
];
const NO_FIGURES = {
  gpus: { system: null, refusal: null },
  arrivals: { first: null, last: null },
  computed: { first: null, last: null },
};

export class ImportProblem extends Error {}

/** `settingsOf(given)`: what can be taken of a chat's settings. */
export function chatsOf(text, settingsOf) {
  return text.trimStart().startsWith("<!--") ? [fromMarkdown(text)] : fromJson(text, settingsOf);
}

function fromJson(text, settingsOf) {
  const given = parsed(text);
  if (given?.format !== FORMAT || !Array.isArray(given.chats)) throw new ImportProblem(NONSENSE);
  if (given.version !== FORMAT_VERSION) throw new ImportProblem(NEWER);
  return given.chats.map((chat, i) => readChat(chat, i + 1, settingsOf));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ImportProblem(NONSENSE);
  }
}

function readChat(given, number, settingsOf) {
  const broken = (sentence) => new ImportProblem(interpolate(sentence, { number, most: MOST_MESSAGES }));
  if (!isChat(given) || !Array.isArray(given.messages)) throw broken(BROKEN.chat);
  if (given.messages.length > MOST_MESSAGES) throw broken(BROKEN.size);
  if (!given.messages.every(isMessage)) throw broken(BROKEN.message);
  if (!given.messages.filter(({ role }) => role === "assistant").every(isAnswer)) throw broken(BROKEN.answer);
  if (!isTree(given.messages)) throw broken(BROKEN.order);
  const chat = { ...picked(given, CHAT_FIELDS), version: 0, settings: settingsOf(given.settings), settingsAt_ms: 0 };
  return { chat, messages: given.messages.map((message) => readMessage(message, chat.id)) };
}

function readMessage(given, chat) {
  const message = { chat, ...picked(given, MESSAGE_FIELDS) };
  if (message.role === "user") return message;
  const figures = hasFigures(given) ? picked(given, FIGURES) : { ...picked({}, FIGURES), ...NO_FIGURES };
  return { ...message, ...picked(given, ANSWER_FIELDS), ...figures, key: null };
}

/** Every message follows one of the other role, and from each a way leads to a first question. */
function isTree(messages) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  if (byId.size !== messages.length) return false;
  const fits = ({ parent, role }) =>
    parent === null ? role === "user" : byId.has(parent) && byId.get(parent).role !== role;
  return messages.every(fits) && reachable(messages) === messages.length;
}

function reachable(messages) {
  const children = grouped(messages);
  const found = [...(children.get(null) ?? [])];
  for (const message of found) found.push(...(children.get(message.id) ?? []));
  return found.length;
}

function grouped(messages) {
  const groups = new Map();
  for (const message of messages) {
    if (!groups.has(message.parent)) groups.set(message.parent, []);
    groups.get(message.parent).push(message);
  }
  return groups;
}

function fromMarkdown(text) {
  const head = text.trimStart().match(/^<!-- (\S+) (\d+) (\S+) -->\r?\n# (.*)/);
  if (!head || head[1] !== FORMAT) throw new ImportProblem(NONSENSE);
  if (Number(head[2]) !== FORMAT_VERSION) throw new ImportProblem(NEWER);
  const [, ...sections] = text.replaceAll("\r\n", "\n").split(`\n<!-- ${head[3]} `);
  const chat = { ...new Chat().record(), title: head[4], namedAt_ms: Date.now() };
  const messages = [];
  for (const section of sections) messages.push(fromSection(section, chat.id, messages.at(-1), messages.length));
  if (messages.length === 0 || !isTree(messages)) throw new ImportProblem(gettext("Nothing was imported: in this file questions and answers do not take turns."));
  return { chat, messages };
}

function fromSection(section, chat, before, number) {
  const found = section.match(/^(user|assistant) ?(.*) -->\n## (.*)\n\n([\s\S]*)\n$/);
  if (!found) throw new ImportProblem(gettext("Nothing was imported: message %(number)s of this file is not whole.", { number: number + 1 }));
  const [, role, model, signature, text] = found;
  const message = { id: newId(), chat, parent: before?.id ?? null, role, at_ms: Date.now() + number, text };
  if (role === "user") return message;
  const words = { name: signature, chars_per_token: null, dropped_turns: 0 };
  const answer = { model, state: "finished", count: 0, reason: "stop", problem: null, key: null };
  return { ...message, ...picked({}, FIGURES), ...NO_FIGURES, ...answer, words };
}

function picked(given, names) {
  return Object.fromEntries(names.map((name) => [name, given[name] ?? null]));
}
