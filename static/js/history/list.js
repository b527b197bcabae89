/* View: the list of chats: search, rename, delete and undo, share, export, import. */

import { copyText } from "../clipboard.js";
import { saveText } from "../files.js";
import { countText } from "../format.js";
import { LANGUAGE, gettext } from "../language.js";
import { placeBeside } from "../place.js";
import { hearEnds } from "../typing.js";
import { asJson, asMarkdown, asText, fileName } from "./exporting.js";
import { ImportProblem, chatsOf } from "./importing.js";

const SEARCH_AFTER_MS = 150;
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;
const TOO_LARGE = gettext("Nothing was imported: a file may have up to 64 MB.");
const day = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" });
const json = (text, name) => saveText(text, name, "application/json");

export class ChatList {
  #panel;
  #chats;
  #settingsOf;
  #timer = 0;
  #menu;
  #of = null; // the chat that the menu is about
  #gone = null; // what was deleted last
  #drawing = 0;
  #drawn = ""; // what stands there

  /** `chats`: the page's Chats. `settingsOf(given)`: what can be taken of imported settings. */
  constructor(panel, chats, settingsOf) {
    this.#panel = panel;
    this.#chats = chats;
    this.#settingsOf = settingsOf;
    this.#menu = this.#part("menu");
    this.#part("search").addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.draw(), SEARCH_AFTER_MS);
    });
    this.#hear("rename", () => this.#rename());
    this.#hear("delete", () => this.#delete());
    if (!navigator.share) this.#menu.querySelector("[data-part=share]").textContent = gettext("Copy as text");
    this.#hear("share", () => this.#export(([kept]) => this.#share(kept)));
    this.#hear("markdown", () => this.#export(([kept]) => saveText(asMarkdown(kept), fileName(kept.chat.title, "md"), "text/markdown")));
    this.#hear("json", () => this.#export(([kept]) => json(asJson([kept]), fileName(kept.chat.title, "json"))));
    this.#part("undo").addEventListener("click", () => this.#undo());
    this.#part("export-all").addEventListener("click", () => this.#exportAll());
    this.#part("import").addEventListener("click", () => this.#part("file").click());
    this.#part("file").addEventListener("change", ({ target }) => this.#import(target));
  }

  /** Draws the list as the store has it now. */
  async draw() {
    if (this.#panel.hidden) return;
    this.#drawing += 1;
    const drawing = this.#drawing;
    const wanted = this.#part("search").value.trim();
    const found = wanted === "" ? null : await this.#chats.store.search(wanted);
    const all = await this.#chats.store.list();
    if (drawing !== this.#drawing || this.#panel.querySelector(".renaming")) return;
    const shown = all.filter(({ id }) => !found || found.has(id));
    this.#fill(shown);
    this.#part("none").hidden = shown.length > 0;
    this.#part("none").textContent = found ? gettext("No chat holds this.") : gettext("Chats that you begin are kept here, in this browser alone.");
    this.#part("count").textContent = found ? gettext("%(found)s of %(all)s chats found.", { found: shown.length, all: all.length }) : "";
  }

  /** While an answer is written mostly nothing has changed; where something has, the focus stays on its chat. */
  #fill(chats) {
    const wanted = JSON.stringify([chats.map(({ id, title, changedAt_ms }) => [id, title, changedAt_ms]), this.#chats.shown.chat.id]);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    const focused = this.#part("list").querySelector(":focus");
    const id = focused?.closest("[data-chat]").dataset.chat;
    this.#part("list").replaceChildren(...chats.map((chat) => this.#row(chat)));
    if (focused) this.#rowOf(id)?.querySelector(focused.tagName).focus();
  }

  #row(chat) {
    const row = this.#part("row").content.firstElementChild.cloneNode(true);
    const link = row.querySelector("a");
    row.dataset.chat = chat.id;
    link.href = `#chat=${chat.id}`;
    link.querySelector("[data-part=title]").textContent = chat.title;
    link.querySelector("time").textContent = day.format(chat.changedAt_ms);
    link.querySelector("time").dateTime = new Date(chat.changedAt_ms).toISOString();
    if (chat.id === this.#chats.shown.chat.id) link.setAttribute("aria-current", "page");
    const more = row.querySelector("button");
    more.querySelector("[data-part=of]").textContent = chat.title;
    more.addEventListener("click", () => this.#open(chat, more));
    return row;
  }

  #open(chat, button) {
    this.#of = chat;
    this.#menu.showPopover({ source: button });
    placeBeside(this.#menu, button);
    this.#menu.querySelector("button").focus();
  }

  #hear(name, act) {
    this.#menu.querySelector(`[data-part=${name}]`).addEventListener("click", () => {
      this.#menu.hidePopover();
      act();
    });
  }

  /** The title becomes a field, in its place. */
  #rename() {
    const chat = this.#of;
    const row = this.#rowOf(chat.id);
    const link = row.querySelector("a");
    const field = this.#part("field").content.firstElementChild.cloneNode(true);
    field.value = chat.title;
    link.replaceWith(field);
    field.select();
    let isOver = false; // the field's going is its blur too
    const end = async (title) => {
      if (isOver) return;
      isOver = true;
      const hadFocus = document.activeElement === field;
      field.replaceWith(link);
      if (title !== "" && title !== chat.title) await this.#chats.rename(chat.id, title);
      await this.draw();
      if (hadFocus) this.#rowOf(chat.id)?.querySelector("button").focus();
    };
    hearEnds(field, { onEnter: () => end(field.value.trim()), onEscape: () => end("") });
    field.addEventListener("blur", () => end(field.value.trim()));
  }

  async #delete() {
    const { id, title } = this.#of;
    this.#gone = await this.#chats.remove(id);
    await this.draw();
    this.#say(gettext("Deleted “%(title)s”.", { title }), true);
    this.#part("undo").focus();
  }

  async #undo() {
    await this.#chats.restore([this.#gone]);
    await this.draw();
    this.#say(gettext("“%(title)s” is back.", { title: this.#gone.chat.title }));
    this.#rowOf(this.#gone.chat.id)?.querySelector("a").focus();
  }

  async #export(save) {
    const kept = await this.#chats.store.load(this.#of.id);
    if (kept) save([kept]);
  }

  /** By the system's own sheet; where the browser has none, by the clipboard. */
  async #share(kept) {
    const text = asText(kept);
    if (navigator.share) return navigator.share({ title: kept.chat.title, text }).catch(() => {}); // the reader's own no
    this.#say((await copyText(text)) ? gettext("Copied.") : gettext("This browser does not let pages copy."));
  }

  async #exportAll() {
    const all = await this.#chats.store.list();
    const kept = await Promise.all(all.map(({ id }) => this.#chats.store.load(id)));
    json(asJson(kept), "chats.json");
    this.#say(gettext("%(chats)s exported.", { chats: countText(all.length, "chat") }));
  }

  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    try {
      if (file.size > LARGEST_FILE_BYTES) throw new ImportProblem(TOO_LARGE);
      const read = chatsOf(await file.text(), this.#settingsOf);
      await this.#chats.restore(read);
      this.#say(gettext("%(chats)s imported.", { chats: countText(read.length, "chat") }));
    } catch (problem) {
      if (!(problem instanceof ImportProblem)) throw problem;
      this.#say(problem.message);
    }
    input.value = "";
    await this.draw();
  }

  #say(sentence, canUndo = false) {
    this.#part("said").textContent = sentence;
    this.#part("undo").hidden = !canUndo;
  }

  #rowOf(id) {
    return this.#panel.querySelector(`[data-chat="${CSS.escape(id)}"]`);
  }

  #part(name) {
    return this.#panel.querySelector(`[data-part=${name}]`);
  }
}
