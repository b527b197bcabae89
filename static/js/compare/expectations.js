/* An entry → the lane that it would be, before any race: {lane}, {error: one sentence}, or {waits: why}.
   GPUs are asked of the server, and an answer is kept. */

import { chipsText } from "../format.js";
import { jsonOf } from "../json.js";

const CANNOT_ASK = "The figure of these GPUs cannot be had now. A race would ask for it again.";

export class Expectations {
  #models;
  #services;
  #here;
  #found = new Map(); // of GPUs, by their query
  #url;

  /** `forecasts`: what the server said of its lanes when it made the page. */
  constructor({ models, services, here, lanes, forecasts }, url) {
    this.#models = models;
    this.#services = services;
    this.#here = here;
    this.#url = url;
    forecasts.forEach((forecast, i) => {
      if (forecast) this.#found.set(queryOf(lanes[i]), this.#gpuLane(lanes[i], forecast));
    });
  }

  /** Calls `onLater` if what is told now is not all. */
  of(entry, onLater) {
    if (entry.machine === "here") return { lane: this.#here };
    if (entry.machine === "service") return { lane: this.#service(entry).lane };
    if (entry.machine === "lpu") return this.#lpu(this.#model(entry));
    return this.#gpu(entry, onLater);
  }

  #lpu(model) {
    if (model.failed) return { error: `The clock of ${model.name} cannot be had now: choose another model.` };
    if (model.kind === null) return { waits: "Its program is being compiled." };
    return { lane: lpuLane(model) };
  }

  #gpu(entry, onLater) {
    const query = queryOf(entry);
    const found = this.#found.get(query);
    if (found) return found;
    if (!this.#found.has(query)) this.#ask(entry, query, onLater);
    return { waits: "Being computed." };
  }

  async #ask(entry, query, onLater) {
    this.#found.set(query, null); // asked, and not yet answered
    const answer = await jsonOf(`${this.#url}?${query}`);
    if (answer) this.#found.set(query, this.#gpuLane(entry, answer));
    else this.#found.delete(query);
    onLater(answer ? null : { waits: CANNOT_ASK });
  }

  #gpuLane(entry, forecast) {
    if (forecast.error) return { error: forecast.error };
    const model = this.#model(entry);
    return { lane: { ...forecast, machine: "gpu", model_id: model.id, model: model.name, users: entry.users } };
  }

  #model(entry) {
    return this.#models.find(({ id }) => id === entry.model);
  }

  #service(entry) {
    return this.#services.find(({ id }) => id === entry.service);
  }
}

/** A line of the picker as a lane. */
function lpuLane(model) {
  return {
    machine: "lpu",
    model_id: model.id,
    model: model.name,
    name: model.chips ? chipsText(model.chips) : "this machine",
    users: 1,
    kind: model.kind,
    source: model.source,
    ttft_s: model.ttft_s,
    tokens_per_s: model.tokens_per_s,
    cycles: model.cycles,
    page: model.page,
  };
}

function queryOf({ model, gpu, count, precision, users }) {
  return new URLSearchParams({ model, gpu, count, precision, users }).toString();
}
