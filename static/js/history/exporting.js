/* Chats as records {chat, messages} → a file: JSON with every branch and figure, or Markdown of what is shown.
   The key of an answer never leaves the browser. */

import { isOpen } from "./merge.js";
import { gettext } from "../language.js";
import { Tree } from "./tree.js";

export const FORMAT = "lpu-playground-chats";
export const FORMAT_VERSION = 1;

export function asJson(kept) {
  const chats = kept.map(({ chat, messages }) => ({ ...without(chat, "version"), messages: messages.map(told) }));
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, chats }, null, 1)}\n`;
}

/** Each message follows a comment with a mark that stands in no message, so that it can be read again. */
export function asMarkdown({ chat, messages }) {
  const path = new Tree(messages, chat.shown).path();
  const mark = unused(path.map(({ text }) => text).join("\n"));
  const head = `<!-- ${FORMAT} ${FORMAT_VERSION} ${mark} -->\n${heading(chat)}`;
  return [head, ...path.map((message) => section(message, mark))].join("\n");
}

/** The same for people alone: without what it takes to be read again. */
export function asText({ chat, messages }) {
  return [heading(chat), ...new Tree(messages, chat.shown).path().map(said)].join("\n");
}

/** "Why an LPU?" → "why-an-lpu.md": letters and digits of any language. */
export function fileName(title, ending) {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["chat"];
  return `${words.join("-").slice(0, 60)}.${ending}`;
}

function section(message, mark) {
  const { role, model } = message;
  const about = role === "user" ? "user" : `assistant ${oneLine(model)}`;
  return `<!-- ${mark} ${about} -->\n${said(message)}`;
}

function heading({ title }) {
  return `# ${oneLine(title)}\n`;
}

function said({ role, words, text }) {
  const signature = role === "user" ? gettext("You") : oneLine(words?.name ?? gettext("Answer"));
  return `## ${signature}\n\n${text}\n`;
}

/** What more is to come of an answer is not in the file. */
function told(message) {
  const rest = without(message, "chat", "key");
  return message.role === "assistant" && isOpen(message) ? { ...rest, state: "stopped", reason: "stopped" } : rest;
}

function without(record, ...names) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** A word that does not stand in a text. */
function unused(text) {
  let mark = "message";
  for (let i = 2; text.includes(mark); i += 1) mark = `message-${i}`;
  return mark;
}

function oneLine(text) {
  return text.replaceAll(/\s+/g, " ").replaceAll("-->", "→").trim();
}
