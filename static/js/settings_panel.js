/* View: the panel of the parameters and the system prompt of the chat that is shown. What is typed counts at once;
   what is wrong is told at its field, and what counted before goes on to count. */

import { gettext } from "./language.js";
import { placeBeside } from "./place.js";
import { FIELDS, readSettings, typedSettings } from "./settings.js";

export class SettingsPanel {
  #panel;
  #button;
  #limits;
  #listener;

  /** `listener`: `settings()` gives those in force, `changed(settings)`, `say(text)` for who does not see it. */
  constructor(panel, button, limits, listener) {
    this.#panel = panel;
    this.#button = button;
    this.#limits = limits;
    this.#listener = listener;
    panel.addEventListener("beforetoggle", ({ newState }) => newState === "open" && this.#fill());
    panel.addEventListener("toggle", ({ newState }) => newState === "open" && this.#place());
    panel.addEventListener("change", () => this.#take());
    panel.querySelector("[data-part=reset]").addEventListener("click", () => this.#reset());
  }

  /** The button tells how many are set. */
  show() {
    const count = Object.keys(this.#listener.settings()).length;
    this.#button.dataset.set = count > 0;
    this.#button.setAttribute("aria-label", count === 0 ? gettext("Parameters") : gettext("Parameters, %(count)s set", { count }));
  }

  #fill() {
    const typed = typedSettings(this.#listener.settings());
    for (const field of FIELDS) this.#field(field).value = typed[field];
    this.#tell({});
  }

  /** Of a field that is wrong the former value stays. */
  #take() {
    const typed = Object.fromEntries(FIELDS.map((field) => [field, this.#field(field).value]));
    const { settings, problems } = readSettings(typed, this.#limits);
    const former = this.#listener.settings();
    for (const field of Object.keys(problems)) {
      if (field in former) settings[field] = former[field];
    }
    this.#tell(problems);
    this.#place(); // a sentence takes room
    this.#listener.changed(settings);
    this.show();
  }

  #tell(problems) {
    for (const field of FIELDS) {
      const problem = problems[field] ?? "";
      const place = this.#panel.querySelector(`[data-problem=${field}]`);
      if (place.textContent !== problem) this.#listener.say(problem);
      place.textContent = problem;
      this.#field(field).setAttribute("aria-invalid", problem !== "");
    }
  }

  #reset() {
    this.#listener.changed({});
    this.#fill();
    this.show();
    this.#listener.say(gettext("All parameters are the usual ones again."));
  }

  #field(name) {
    return this.#panel.querySelector(`[name=${name}]`);
  }

  #place() {
    if (this.#panel.matches(":popover-open")) placeBeside(this.#panel, this.#button);
  }
}
