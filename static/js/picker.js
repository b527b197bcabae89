/* View: the native select of speeds, and the rates under the box that say what to expect. */

import * as explanations from "./explanations.js";
import { hardwareText, rateText } from "./format.js";

export class Picker {
  #select;
  #models;
  #wordsName;
  #preview;

  constructor(select, models, wordsName, preview, explainer) {
    this.#select = select;
    this.#models = models;
    this.#wordsName = wordsName;
    this.#preview = preview;
    select.addEventListener("change", () => this.#show());
    explainer.attach(this.#part("machine-side"), () => explanations.machineRate(this.#wordsName, null, null));
    explainer.attach(preview.querySelector("[data-explain=lpu]"), () => this.#clock());
    explainer.attach(preview.querySelector("[data-explain=gpu]"), () => this.#gpu());
    this.#show();
  }

  get model() {
    return this.#models.find(({ id }) => id === this.#select.value);
  }

  #clock() {
    const promptName = `a prompt of ${this.model.prompt_tokens} tokens`;
    return explanations.clockRate(this.model, this.model, promptName, null);
  }

  #gpu() {
    return explanations.gpuRate(this.model, this.model.baseline, null);
  }

  #show() {
    const { kind, tokens_per_s: rate, baseline } = this.model;
    this.#part("machine-side").hidden = this.model.paced_by !== "machine";
    this.#part("lpu-side").hidden = kind === "measured";
    this.#part("lpu-rate").textContent = `${rateText(rate)} tokens/s`;
    this.#part("lpu-mark").textContent = kind;
    this.#part("lpu-name").textContent = hardwareText(this.model);
    this.#part("gpu-side").hidden = !baseline;
    this.#part("gpu-unknown").hidden = Boolean(baseline);
    if (!baseline) return;
    this.#part("gpu-rate").textContent = `${rateText(baseline.tokens_per_s)} tokens/s`;
    this.#part("gpu-mark").textContent = baseline.kind;
    this.#part("gpu-name").textContent = `on ${baseline.name}`;
  }

  #part(name) {
    return this.#preview.querySelector(`[data-part=${name}]`);
  }
}
