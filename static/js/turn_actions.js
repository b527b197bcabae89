/* View: what can be done with a turn: edit its question, ask for its answer again, step through the branches. */

import { gettext } from "./language.js";
import { hearEnds } from "./typing.js";

const PLACES = ["question", "answer"];
const LONG = 1000; // characters of a question, or
const LONG_LINES = 12; // lines: of one that is longer the beginning is shown, and the answer is in sight

export class TurnActions {
  #parts;
  #form;
  #turn;
  #listener;

  /** `listener`: `edited(text)`, `again()`, `otherwise(button)`, `stepped(place, by)`, where `place` is "question" or
      "answer" and `by` 1 or -1. `form`: the template of the field in which a question is edited. */
  constructor(element, turn, form, listener) {
    this.#turn = turn;
    this.#form = form;
    this.#listener = listener;
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const names = ["question", "fold", "edit", "regenerate", "otherwise", "question-branches", "answer-branches"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(name)]));
    this.#parts.fold.hidden = !isLong(turn.question.text);
    if (isLong(turn.question.text)) this.#fold(true);
    this.#parts.fold.addEventListener("click", () => this.#fold(!this.#isFolded));
    this.#parts.edit.addEventListener("click", () => this.#edit());
    this.#parts.regenerate.addEventListener("click", listener.again);
    this.#parts.otherwise.addEventListener("click", () => listener.otherwise(this.#parts.otherwise));
    for (const place of PLACES) {
      for (const by of [-1, 1]) {
        this.#step(place, by).addEventListener("click", () => listener.stepped(place, by));
      }
    }
  }

  /** `places`: {question, answer}, each {number, count} of what is shown there. */
  show(places, isBusy) {
    for (const place of PLACES) {
      const { number, count } = places[place];
      const branches = this.#parts[`${place}-branches`];
      branches.hidden = count < 2;
      branches.querySelector("[data-part=number]").textContent = `${number}/${count}`;
      branches.setAttribute("aria-label", branchText(place, number, count));
    }
    for (const name of ["edit", "regenerate", "otherwise"]) this.#parts[name].disabled = isBusy;
  }

  focusStep(place, by) {
    this.#step(place, by).focus({ preventScroll: true });
  }

  #step(place, by) {
    return this.#parts[`${place}-branches`].querySelector(`[data-by="${by}"]`);
  }

  get #isFolded() {
    return "folded" in this.#parts.question.dataset;
  }

  /** The button stays in sight, wherever the text under it goes. */
  #fold(isFolded) {
    const { question, fold } = this.#parts;
    question.toggleAttribute("data-folded", isFolded);
    fold.textContent = isFolded ? gettext("Show all") : gettext("Show less");
    if (isFolded && fold.isConnected) fold.scrollIntoView({ block: "nearest" });
  }

  /** The question becomes a field, in its place. */
  #edit() {
    const { question, edit } = this.#parts;
    const form = this.#form.content.firstElementChild.cloneNode(true);
    const field = form.querySelector("textarea");
    const end = () => {
      form.replaceWith(question);
      edit.hidden = false;
      edit.focus();
    };
    const ask = () => {
      const text = field.value.trim();
      if (text === "") return;
      end();
      if (text !== this.#turn.question.text) this.#listener.edited(text);
    };
    field.value = this.#turn.question.text;
    question.replaceWith(form);
    edit.hidden = true;
    hearEnds(field, { onEnter: ask, onEscape: end });
    form.querySelector("[data-part=cancel]").addEventListener("click", end);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

function isLong(text) {
  return text.length > LONG || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
}

/** "Answer 2 of 3". */
export function branchText(place, number, count) {
  const told = { number, count };
  if (place === "question") return gettext("Question %(number)s of %(count)s", told);
  return gettext("Answer %(number)s of %(count)s", told);
}
