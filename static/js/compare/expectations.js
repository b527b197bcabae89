/* An entry → the lane that it would be, before any race: {lane}, {error: one sentence}, or {waits: why}.
   GPUs are asked of the server, and an answer is kept. */

import { chipsText } from "../format.js";
import { jsonOf } from "../json.js";
import { LANGUAGE, gettext } from "../language.js";

const NOT_HERE = gettext(
  "No endpoints may be asked from this site: whoever runs it allows one with PLAYGROUND_ENDPOINTS=http://host:port.",
);
const INCOMPLETE = gettext("Give the URL of your endpoint and the name of its model.");
const ON_THIS_MACHINE = gettext("those on its own machine");
const CANNOT_ASK = gettext("The figure of these GPUs cannot be had now. A race would ask for it again.");

export class Expectations {
  #models;
  #services;
  #here;
  #endpoints;
  #found = new Map(); // of GPUs, by their query
  #url;

  /** `forecasts`: what the server said of its lanes when it made the page. */
  constructor({ models, services, here, endpoints, lanes, forecasts }, url) {
    this.#models = models;
    this.#services = services;
    this.#here = here;
    this.#endpoints = endpoints;
    this.#url = url;
    forecasts.forEach((forecast, i) => {
      if (forecast) this.#found.set(queryOf(lanes[i]), this.#gpuLane(lanes[i], forecast));
    });
  }

  /** Calls `onLater` if what is told now is not all. */
  of(entry, onLater) {
    if (entry.machine === "here") return { lane: this.#here };
    if (entry.machine === "endpoint") return this.#endpoint(entry);
    if (entry.machine === "service") return { lane: this.#service(entry).lane };
    if (entry.machine === "lpu") return this.#lpu(this.#model(entry));
    return this.#gpu(entry, onLater);
  }

  /** Whether this very one may be asked the server says, when it is. */
  #endpoint({ url, model }) {
    const { may_be_asked: mayBeAsked, origins } = this.#endpoints;
    if (!mayBeAsked) return { error: NOT_HERE };
    if (url.trim() === "" || model.trim() === "") return { error: `${INCOMPLETE} ${allowedText(origins)}` };
    return { lane: endpointLane(url, model) };
  }

  #lpu(model) {
    if (model.failed) return { error: gettext("The clock of %(model)s cannot be had now: choose another model.", { model: model.name }) };
    if (model.kind === null) return { waits: gettext("Its program is being compiled.") };
    return { lane: lpuLane(model) };
  }

  #gpu(entry, onLater) {
    const query = queryOf(entry);
    const found = this.#found.get(query);
    if (found) return found;
    if (!this.#found.has(query)) this.#ask(entry, query, onLater);
    return { waits: gettext("Being computed.") };
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

/** "This site may ask https://api.groq.com and http://gpu.lan:8000." */
function allowedText(origins) {
  const named = new Intl.ListFormat(LANGUAGE).format(origins);
  return gettext("This site may ask %(origins)s.", { origins: named || ON_THIS_MACHINE });
}

function endpointLane(url, model) {
  const name = URL.canParse(url.trim()) ? new URL(url.trim()).host : url.trim();
  const source = gettext("this machine’s stamps, from sending the request to each delta; the network is in them");
  return { machine: "endpoint", model_id: null, model: model.trim(), name, users: null, kind: "measured", source, ttft_s: null, tokens_per_s: null };
}

/** A line of the picker as a lane. */
function lpuLane(model) {
  return {
    machine: "lpu",
    model_id: model.id,
    model: model.name,
    name: model.chips ? chipsText(model.chips) : gettext("this machine"),
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
