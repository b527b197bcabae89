/* Lanes → the words of the page for them: who runs, for how many, on which side. Colour says LPU or GPU, and
   so do these. */

import { UNKNOWN, countText, rateText } from "../format.js";

const GROQ = "Groq"; // of the services the one that runs on LPUs
const PLACES = ["", "1st", "2nd", "3rd", "4th"];

/** The colour of a lane: the LPU's, the GPU's, or none. */
export function sideOf({ machine, name }) {
  if (machine === "service") return isGroq({ machine, name }) ? "lpu" : "other";
  return machine === "here" ? "other" : machine;
}

export function isGroq({ machine, name }) {
  return machine === "service" && name === GROQ;
}

/** "576 LPU chips", "8 × H100", "Groq, a service on LPUs". */
export function hardwareName(lane) {
  if (isGroq(lane)) return `${lane.name}, a service on LPUs`;
  return lane.machine === "service" ? `${lane.name}, a service` : lane.name;
}

export function modelName({ machine, model }, words) {
  return machine === "here" ? words.name : model;
}

/** "Llama 2 70B on 576 LPU chips", "Llama 2 70B at Together", "Pebble on this machine". */
export function whoText(lane, words) {
  const preposition = lane.machine === "service" ? "at" : "on";
  const users = lane.users !== null && lane.users > 1 ? `, ${countText(lane.users, "user")} at once` : "";
  return `${modelName(lane, words)} ${preposition} ${lane.name}${users}`;
}

export function usersText({ users }) {
  return users === null ? UNKNOWN : String(users);
}

/** "1st"; empty for who has not arrived. */
export function placeText(place) {
  return PLACES[place ?? 0];
}

/** One breath for the end of a race: order, rates, marks. */
export function spokenResult(race) {
  const runs = race.lanes.map((run) => ({ run, place: race.placeOf(run) }));
  runs.sort((one, other) => (one.place ?? 9) - (other.place ?? 9));
  const told = runs.map(({ run, place }) => {
    const rate = `${rateText(run.tokensPerS)} tokens per second, ${run.lane.kind}`;
    return `${placeText(place) || "not arrived"}: ${whoText(run.lane, race.words)}, ${rate}`;
  });
  return `${race.isReplay ? "The replay" : "The race"} is over. ${told.join(". ")}.`;
}
