/* View: both machines under load. The first LPU lane and the first GPU lane are loaded until the reader chooses
   others here; nothing is asked of the server before this part of the page comes into sight. */

import { curvesOf } from "./curves.js";
import { loadFigures, loadTable } from "./load-words.js";
import { countText, markText, wholeText } from "../format.js";
import { jsonOf } from "../json.js";
import { gettext } from "../language.js";

const CHARTS = [
  { id: "each", title: gettext("Each user, tokens/s"), of: (load) => load.tokens_per_s },
  { id: "all", title: gettext("All together, tokens/s"), of: (load) => load.total_tokens_per_s },
];
const USUAL_CONTEXT = 512;
const USUAL_USERS = 1;
const CANNOT_ASK = gettext("The curves cannot be had now. Choose again in a while.");
const FIELDS = ["model", "count", "gpu", "precision", "context"];

export class LoadView {
  #part;
  #models;
  #users;
  #shortest;
  #usual;
  #url;
  #explainer;
  #isInSight = false;
  #isChosen = false;
  #asked = "";
  #loads = null;
  #charts = [];

  constructor(part, { models, load_users: users, shortest_context: shortest, new_lane: usual }, { url, explainer }) {
    this.#part = (name) => part(`load-${name}`);
    this.#models = models;
    this.#users = users;
    this.#shortest = shortest;
    this.#usual = usual;
    this.#url = url;
    this.#explainer = explainer;
    this.#slider.max = users.length - 1;
    this.#slider.value = users.indexOf(USUAL_USERS);
    this.#slider.addEventListener("input", () => this.#showUsers());
    for (const name of FIELDS) this.#part(name).addEventListener("change", () => this.#chosen());
    this.#offerContexts();
    this.#showUsersText();
    new IntersectionObserver((entries) => this.#sighted(entries)).observe(part("load"));
  }

  /** What the race has in its lanes; without GPUs among them, the usual ones. */
  follow(entries) {
    if (this.#isChosen) return;
    const gpu = entries.find(({ machine }) => machine === "gpu");
    const lpu = entries.find(({ machine }) => machine === "lpu") ?? gpu;
    if (lpu) this.#part("model").value = lpu.model;
    for (const name of ["count", "gpu", "precision"]) this.#part(name).value = (gpu ?? this.#usual)[name];
    this.#offerContexts();
    this.#ask();
  }

  get #slider() {
    return this.#part("users");
  }

  get #count() {
    return this.#users[this.#slider.value];
  }

  get #model() {
    return this.#models.find(({ id }) => id === this.#part("model").value);
  }

  #sighted(entries) {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.#isInSight = true;
    this.#ask();
  }

  #chosen() {
    this.#isChosen = true;
    this.#offerContexts();
    this.#ask();
  }

  /** Powers of two up to the model's window; what was chosen stays where it can. */
  #offerContexts() {
    const select = this.#part("context");
    const wanted = Number(select.value) || USUAL_CONTEXT;
    const contexts = [];
    for (let context = this.#shortest; context <= this.#model.window; context *= 2) contexts.push(context);
    select.replaceChildren(...contexts.map((context) => new Option(wholeText(context), context)));
    select.value = Math.min(wanted, contexts.at(-1));
  }

  async #ask() {
    const query = new URLSearchParams(FIELDS.map((name) => [name, this.#part(name).value])).toString();
    if (!this.#isInSight || query === this.#asked) return;
    this.#asked = query;
    this.#part("curves").dataset.state = "waiting";
    const answer = await jsonOf(`${this.#url}?${query}`);
    if (query !== this.#asked) return; // something else was chosen meanwhile
    if (!answer) this.#asked = "";
    this.#part("curves").dataset.state = "there";
    this.#show(answer ?? { error: CANNOT_ASK });
  }

  #show(answer) {
    const sentence = answer.error ?? "";
    this.#part("problem").hidden = sentence === "";
    this.#part("problem").textContent = sentence;
    this.#part("details").hidden = sentence !== "";
    this.#loads = answer.error ? null : answer;
    this.#explainer.hide();
    this.#charts = answer.error ? [] : CHARTS.map((chart) => this.#chart(chart));
    this.#part("curves").replaceChildren(...this.#charts.map(({ figure }) => figure));
    if (answer.error) return;
    this.#part("table").replaceChildren(loadTable(this.#loads));
    this.#showUsers();
  }

  #chart({ id, title, of }) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const mark = document.createElement("span");
    const words = document.createElement("div");
    mark.textContent = ` ${markText("simulated")}`;
    caption.append(title, mark);
    const curves = curvesOf(`load-${id}`, title, this.#loads, { of, users: this.#users });
    figure.append(caption, curves.element, words);
    return { figure, words, id, show: curves.show };
  }

  #showUsers() {
    this.#showUsersText();
    if (!this.#loads) return;
    this.#explainer.hide();
    for (const { id, words, show } of this.#charts) {
      show(this.#count);
      words.replaceChildren(...loadFigures(id, this.#loads, this.#sizes(), this.#count, this.#explainer));
    }
  }

  #showUsersText() {
    const text = countText(this.#count, "user");
    this.#part("users-text").textContent = text;
    this.#slider.setAttribute("aria-valuetext", text);
  }

  /** How many chips and GPUs the curves are of; null where the program is still being compiled. */
  #sizes() {
    return { lpu: this.#model.chips, gpu: Number(this.#part("count").value) };
  }
}
