/* View: what stands under the lanes when a race is over: table, chart, comparisons, and files of them. */

import { chartOf } from "./chart.js";
import { csvOf } from "./csv.js";
import { pictureOf } from "./picture.js";
import { comparisonElements, comparisonTexts } from "./ratios.js";
import { resultOf } from "./result.js";
import { tableOf } from "./table.js";

export class Outcome {
  #part;
  #explainer;
  #foot;
  #race = null;
  #result = null;

  /** `foot`: the site's own sentence, for the picture. */
  constructor(part, { explainer, foot }) {
    this.#part = part;
    this.#explainer = explainer;
    this.#foot = foot;
    part("csv").addEventListener("click", () => this.#saveCsv());
    part("png").addEventListener("click", () => this.#savePicture());
  }

  hide() {
    this.#explainer.hide();
    this.#part("result").hidden = true;
  }

  show(race) {
    this.#race = race;
    this.#result = { ...resultOf(race) };
    this.#explainer.hide();
    this.#part("replay-tag").hidden = !race.isReplay;
    this.#part("result-about").textContent = this.#result.about;
    this.#part("table").replaceChildren(tableOf(this.#result, this.#explainer));
    this.#part("chart").replaceChildren(...chartOf(this.#result));
    this.#part("ratios").replaceChildren(...comparisonElements(race, this.#explainer));
    this.#part("result").hidden = false;
  }

  #saveCsv() {
    saveText(csvOf(this.#result), "text/csv;charset=utf-8", fileName(this.#result, "csv"));
  }

  #savePicture() {
    const canvas = pictureOf(this.#result, comparisonTexts(this.#race), this.#foot);
    saveCanvas(canvas, fileName(this.#result, "png"));
  }
}

/** Text or a canvas → a file of the reader's. */
function saveText(text, type, name) {
  save(new Blob([text], { type }), name);
}

function saveCanvas(canvas, name) {
  canvas.toBlob((blob) => save(blob, name), "image/png");
}

/** "race-2026-11-22-1331-replay.csv". */
function fileName({ at, isReplay }, ending) {
  const stamp = at.toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  return `race-${stamp}${isReplay ? "-replay" : ""}.${ending}`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000); // the download has begun by then
}
