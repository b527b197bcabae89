/* View: one answer's text. Finished blocks are drawn once each and never touched again; the open one is plain
   text in one text node, so that the work of a frame does not grow with the answer. A long text that nobody has
   rendered is drawn in pieces: of those out of sight none is laid out, and the order of letters is found for each
   by itself, which takes a browser the square of its length. */

import { copiesFrom } from "./copying.js";
import { elementsOf } from "./markup.js";

const CODE = /^ {0,3}(?:```|~~~)/;
const PIECE = 16 * 1024;

export class AnswerText {
  #element;
  #copyTemplate;
  #say;
  #open = []; // the pieces of plain text, of which the last one grows
  #text = null; // its text
  #blocks = 0; // of the reply's pieces of HTML, how many are drawn
  #length = 0; // of the reply's text, how much is

  /** `copyTemplate` holds the button of a block of code. */
  constructor(element, { copyTemplate, say }) {
    this.#element = element;
    this.#copyTemplate = copyTemplate;
    this.#say = say;
  }

  show({ html, rendered, text }) {
    if (html.length > this.#blocks) {
      this.#close();
      for (const piece of html.slice(this.#blocks)) this.#element.append(this.#dressed(elementsOf(piece)));
      this.#blocks = html.length;
      this.#length = rendered;
    }
    if (text.length > this.#length) this.#append(text.slice(this.#length));
    this.#length = text.length;
  }

  clear() {
    this.#close();
    this.#element.replaceChildren();
    this.#blocks = this.#length = 0;
  }

  /** As it is read aloud: without the signs of Markdown. */
  get spoken() {
    return Array.from(this.#element.children, ({ textContent }) => textContent.trim()).join("\n");
  }

  #close() {
    for (const piece of this.#open) piece.remove();
    this.#open = [];
    this.#text = null;
  }

  #append(more) {
    let rest = this.#text ? more : more.replace(/^\n+/, "");
    while (rest !== "") {
      if (!this.#text) this.#begin();
      const end = endOfPiece(rest, PIECE - this.#text.length);
      this.#text.appendData(rest.slice(0, end));
      rest = rest.slice(end);
      if (rest !== "") this.#begin();
    }
    this.#open[0]?.classList.toggle("code", CODE.test(this.#open[0].firstChild.data.slice(0, 8)));
  }

  #begin() {
    const piece = document.createElement("div");
    piece.className = "open";
    this.#text = document.createTextNode("");
    piece.append(this.#text);
    this.#open.push(piece);
    this.#element.append(piece);
  }

  /** Each block of code gets its language and a button above it. */
  #dressed(fragment) {
    for (const block of fragment.querySelectorAll("pre")) {
      const box = document.createElement("div");
      const head = document.createElement("div");
      const copy = this.#copyTemplate.content.firstElementChild.cloneNode(true);
      box.className = "code";
      head.className = "head";
      block.before(box);
      box.append(head, block);
      head.append(block.firstElementChild.dataset.language ?? "", copy);
      copiesFrom(copy, () => block.textContent, this.#say);
    }
    return fragment;
  }
}

/** Where a text is cut that may be so long: behind the last line that fits, else between two characters. */
function endOfPiece(text, room) {
  if (text.length <= room) return text.length;
  const line = text.lastIndexOf("\n", room - 1) + 1;
  if (line > 0) return line;
  return /[\uD800-\uDBFF]/.test(text[room - 1] ?? "") ? room - 1 : room;
}
