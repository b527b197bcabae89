/* Lanes → the words of the page for them: who runs, for how many, on which side. Colour says LPU or GPU, and
   so do these. */

import { UNKNOWN, countText, rateText } from "../format.js";

const PLACES = ["", "1st", "2nd", "3rd", "4th"];

/** The colour of a lane: the LPU's, the GPU's, or none. */
export function sideOf({ machine, is_groq }) {
  if (machine === "service") return is_groq ? "lpu" : "other";
  return machine === "here" ? "other" : machine;
}

/** "576 LPU chips", "8 × H100", "Groq, a service on LPUs". */
export function hardwareName(lane) {
  if (lane.is_groq) return `${lane.name}, a service on LPUs`;
  return lane.machine === "service" ? `${lane.name}, a service` : lane.name;
}

export function modelName({ machine, model }, words) {
  return machine === "here" ? words.name : model;
}

/** "Llama 2 70B on 576 LPU chips", "Llama 2 70B at Together, 5 requests at once", "Pebble on this machine". */
export function whoText(lane, words) {
  const preposition = lane.machine === "service" ? "at" : "on";
  const users = lane.users !== null && lane.users > 1 ? `, ${loadText(lane)} at once` : "";
  return `${modelName(lane, words)} ${preposition} ${lane.name}${users}`;
}

/** In a column of users: who measured a service sent so many requests, and who else was there is not known. */
export function usersText(lane) {
  if (lane.users === null) return UNKNOWN;
  return lane.machine === "service" ? loadText(lane) : String(lane.users);
}

/** "16 users"; at a service "5 requests", of the one who measured it. */
function loadText({ machine, users }) {
  return countText(users, machine === "service" ? "request" : "user");
}

/** "1st"; empty for who has not arrived. */
export function placeText(place) {
  return PLACES[place ?? 0];
}

/** One sentence for the end of a race: order of arrival, rates, marks. */
export function spokenResult(race) {
  const runs = race.lanes.map((run) => ({ run, place: race.placeOf(run) }));
  runs.sort((one, other) => (one.place ?? 9) - (other.place ?? 9));
  const told = runs.map(({ run, place }) => {
    const rate = run.tokensPerS === null ? "no rate" : `${rateText(run.tokensPerS)} tokens per second, ${run.lane.kind}`;
    return `${placeText(place) || endText(run)} ${whoText(run.lane, race.words)}, ${rate}`;
  });
  return `${race.isReplay ? "The replay" : "The race"} is over: ${told.join("; ")}.`;
}

/** How a lane without a place ended. */
export function endText({ reason, hasArrived }) {
  if (hasArrived) return "arrived";
  return { stopped: "stopped", error: "broken" }[reason] ?? "not arrived";
}
