/* View and state: the GPUs that stand beside the LPU, and the popover that changes them. A choice holds for all
   models while the page lives and stands in its address. What cannot be had is told there in a sentence,
   and the former choice stays. */

import { gpusText, markText, rateText, systemText } from "./format.js";
import { jsonOf } from "./json.js";
import { gettext } from "./language.js";
import { placeBeside } from "./place.js";

const FIELDS = ["gpu", "count", "precision", "users"];
const NUMBERS = new Set(["count", "users"]);
const FIGURE_URL = "/gpu.json";
const NOT_ASKED = gettext("The server could not be asked for this figure: try again.");

export class GpuSystem {
  #popover;
  #usual;
  #system; // {gpu, count, precision, users}; null: the usual
  #model = null; // the picked one
  #figures = new Map();
  #asking = 0;
  #button = null;
  #listener;

  /** `listener`: `changed()` when there is another figure to show, `say(text)` for who does not see it. */
  constructor(popover, { system, usual }, models, listener) {
    this.#popover = popover;
    this.#usual = usual;
    this.#system = system;
    this.#listener = listener;
    for (const model of models) this.#keep(model, system, model);
    popover.addEventListener("beforetoggle", ({ newState }) => newState === "open" && this.#fill());
    popover.addEventListener("change", () => this.#wish(this.#read()));
    this.#part("usual").addEventListener("click", () => this.#wish(null));
    window.addEventListener("scroll", () => this.#place(), { passive: true });
    for (const button of document.querySelectorAll(`[popovertarget="${popover.id}"]`)) {
      button.addEventListener("click", () => this.#openBeside(button));
    }
  }

  /** What the GPUs would do with a model: {baseline, refusal}, one of them null; null while it is not known. */
  figureOf(model) {
    return this.#figures.get(keyOf(model, this.#system)) ?? null;
  }

  /** What an answer of a model is to be compared with: the usual while the choice is not known to hold it, for
      the server would refuse the whole prompt. */
  choiceFor(model) {
    const { baseline, refusal } = this.figureOf(model) ?? { baseline: null, refusal: null };
    return { system: baseline && this.#system, refusal };
  }

  /** Another model is picked: its figure is asked for where it is not known yet. */
  async pick(model) {
    this.#model = model;
    if (isTold(this.figureOf(model))) return;
    await this.#figure(model, this.#system);
    this.#listener.changed();
  }

  /** Takes a system into force if the model that is picked can have it; meanwhile another may be picked. */
  async #wish(system) {
    const model = this.#model;
    this.#asking += 1;
    const asking = this.#asking;
    const figure = await this.#figure(model, system);
    if (asking !== this.#asking) return; // another wish came since
    if (figure.refusal && (system || !isTold(figure))) return this.#refuse(figure.refusal);
    this.#system = system && isSame(system, this.#usual) ? null : system;
    this.#keep(model, this.#system, figure);
    writeAddress(this.#system);
    if (model !== this.#model) await this.pick(this.#model);
    this.#listener.changed();
    this.#fill();
    this.#listener.say(this.#sentence);
  }

  async #figure(model, system) {
    const known = this.#figures.get(keyOf(model, system));
    if (isTold(known)) return known;
    const figure = await ask(model, system);
    this.#keep(model, system, figure);
    return figure;
  }

  #keep(model, system, { baseline, refusal }) {
    this.#figures.set(keyOf(model, system), { baseline, refusal });
  }

  /** What cannot be had, and what stays. */
  #refuse(refusal) {
    const stays = this.figureOf(this.#model)?.baseline;
    this.#tell(stays ? `${refusal} ${gettext("It stays %(gpus)s.", { gpus: systemText(stays) })}` : refusal);
    this.#listener.say(this.#sentence);
  }

  /** The fields say what is in force: for a model that the usual GPUs hold in fp8 only, that. */
  #fill() {
    const { baseline, refusal } = this.figureOf(this.#model) ?? {};
    const system = this.#system ?? baseline?.system ?? this.#usual;
    for (const name of FIELDS) this.#field(name).value = system[name];
    this.#tell(baseline ? this.#figureText(baseline) : refusal ?? "");
  }

  #figureText(baseline) {
    return gettext("%(model)s %(where)s: %(rate)s tokens/s, %(mark)s.", {
      model: this.#model.name,
      where: gpusText(baseline),
      rate: rateText(baseline.tokens_per_s),
      mark: markText(baseline.kind),
    });
  }

  #tell(sentence) {
    this.#part("sentence").textContent = sentence;
    this.#place();
  }

  get #sentence() {
    return this.#part("sentence").textContent;
  }

  #read() {
    const value = (name) => this.#field(name).value;
    return Object.fromEntries(FIELDS.map((name) => [name, NUMBERS.has(name) ? Number(value(name)) : value(name)]));
  }

  #openBeside(button) {
    this.#button = button;
    requestAnimationFrame(() => this.#place()); // it opens after the click
  }

  #place() {
    if (this.#button && this.#popover.matches(":popover-open")) placeBeside(this.#popover, this.#button);
  }

  #field(name) {
    return this.#popover.querySelector(`[name=${name}]`);
  }

  #part(name) {
    return this.#popover.querySelector(`[data-part=${name}]`);
  }
}

/** Whether the server has said it, be it that there is none. */
function isTold(figure) {
  return Boolean(figure) && figure.refusal !== NOT_ASKED;
}

function keyOf({ id }, system) {
  return `${id}?${queryOf(system)}`;
}

function queryOf(system) {
  return new URLSearchParams(system ? FIELDS.map((name) => [name, system[name]]) : []);
}

function isSame(one, other) {
  return FIELDS.every((name) => one[name] === other[name]);
}

/** Transport: a model's figure on GPUs, or the server's sentence on why there is none. */
async function ask(model, system) {
  const query = queryOf(system);
  query.set("model", model.id);
  const told = (await jsonOf(`${FIGURE_URL}?${query}`)) ?? { error: NOT_ASKED };
  return told.error ? { baseline: null, refusal: told.error } : { baseline: told, refusal: null };
}

/** So that the page can be opened again, or sent to somebody, as it is. */
function writeAddress(system) {
  const url = new URL(location.href);
  for (const name of FIELDS) {
    if (system) url.searchParams.set(name, system[name]);
    else url.searchParams.delete(name);
  }
  history.replaceState(history.state, "", url);
}
