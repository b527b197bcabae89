/* View: the native select of speeds, and the rates under the box that say what to expect. A speed whose
   program is still being compiled cannot be picked yet, but for the one that stands there at the start. */

import * as explanations from "./explanations.js";
import { gpusText, hardwareText, markText, rateText, systemText } from "./format.js";
import { gettext } from "./language.js";

export class Picker {
  #select;
  #models;
  #words;
  #preview;
  #gpus;

  #besideName;
  #onPick;

  /** `words`: who writes, but for a pulled model. `gpus`: the GpuSystem that is chosen; whoever made it calls
      `showGpus` when it changes. `onPick` is called whenever another model is picked. */
  constructor(select, { models, words, preview, besideName, explainer, gpus, onPick }) {
    this.#select = select;
    this.#models = models;
    this.#words = words;
    this.#onPick = onPick;
    this.#preview = preview;
    this.#besideName = besideName;
    this.#gpus = gpus;
    select.addEventListener("change", () => {
      this.#show();
      this.#onPick();
    });
    explainer.attach(this.#part("machine-side"), () => explanations.machineRate(this.words.name, null, null));
    explainer.attach(preview.querySelector("[data-explain=lpu]"), () => this.#clock());
    explainer.attach(preview.querySelector("[data-explain=published]"), () => this.#published());
    explainer.attach(preview.querySelector("[data-explain=gpu]"), () => this.#baseline());
    this.#show();
  }

  get model() {
    return this.#models.find(({ id }) => id === this.#select.value);
  }

  /** Picks a model where it can be picked. */
  choose(id) {
    const option = this.#select.querySelector(`option[value="${CSS.escape(id ?? "")}"]`);
    if (!option || option.disabled || option.selected) return;
    option.selected = true;
    this.#show();
    this.#onPick();
  }

  /** Who writes for the picked model: a pulled one itself. */
  get words() {
    return this.model.words ?? this.#words;
  }

  /** The line that was missing; null where its program could not be had. */
  fill(model, line) {
    const option = this.#select.querySelector(`option[value="${CSS.escape(model.id)}"]`);
    if (line === null) {
      option.textContent = `${model.name} · ${gettext("no clock can be had now")}`;
      return;
    }
    Object.assign(model, line); // but for the GPUs, of which the GpuSystem knows
    option.textContent = line.label;
    option.disabled = false;
    if (model === this.model) this.#show();
  }

  #clock() {
    const promptName = gettext("a prompt of %(count)s tokens", { count: this.model.prompt_tokens });
    return explanations.clockRate(this.model, this.model, promptName, null);
  }

  #published() {
    return explanations.publishedRate(this.model, this.model.published);
  }

  #baseline() {
    return explanations.gpuRate(this.model, this.#gpus.figureOf(this.model).baseline, null);
  }

  #show() {
    const { kind, tokens_per_s: rate, published, page } = this.model;
    this.#part("machine-side").hidden = this.model.paced_by !== "machine";
    this.#part("compiling").hidden = kind !== null;
    this.#part("lpu-side").hidden = kind === null || kind === "measured";
    this.#part("lpu-rate").textContent = `${rateText(rate)} tokens/s`;
    this.#part("lpu-mark").textContent = markText(kind);
    this.#part("lpu-name").textContent = hardwareText(this.model);
    this.#part("published-side").hidden = !published;
    this.#part("published-rate").textContent = published ? `${rateText(published.tokens_per_s)} tokens/s` : "";
    this.#part("why").href = page;
    this.#gpus.pick(this.model);
    this.showGpus();
  }

  showGpus() {
    const { baseline, refusal } = this.#gpus.figureOf(this.model) ?? {};
    this.#besideName.textContent = baseline ? systemText(baseline) : gettext("no GPUs");
    this.#part("gpu-side").hidden = !baseline;
    this.#part("gpu-unknown").hidden = Boolean(baseline);
    this.#part("gpu-unknown").textContent = refusal ?? gettext("its figure on GPUs is on its way");
    if (!baseline) return;
    this.#part("gpu-rate").textContent = `${rateText(baseline.tokens_per_s)} tokens/s`;
    this.#part("gpu-mark").textContent = markText(baseline.kind);
    this.#part("gpu-name").textContent = gpusText(baseline);
  }

  #part(name) {
    return this.#preview.querySelector(`[data-part=${name}]`);
  }
}
