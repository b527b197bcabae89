/* Lanes → the words of the page for them: who runs, for how many, on which side. Colour says LPU or GPU, and
   so do these. */

import { UNKNOWN, countText, markText, rateText, wholeText } from "../format.js";
import { gettext, ngettext } from "../language.js";

const PLACES = ["", gettext("1st"), gettext("2nd"), gettext("3rd"), gettext("4th")];
const RATES = { "output speed": gettext("output speed"), "end to end": gettext("end to end") };

/** Which of the two rates the server means. */
export function rateName(rate) {
  return RATES[rate];
}

/** The colour of a lane: the LPU's, the GPU's, or none. */
export function sideOf({ machine, is_groq }) {
  if (machine === "service") return is_groq ? "lpu" : "other";
  return machine === "here" || machine === "endpoint" ? "other" : machine;
}

/** "576 LPU chips", "8 × H100", "Groq, a service on LPUs". */
export function hardwareName(lane) {
  const told = { name: lane.name };
  if (lane.is_groq) return gettext("%(name)s, a service on LPUs", told);
  if (lane.machine === "endpoint") return gettext("%(name)s, an endpoint", told);
  return lane.machine === "service" ? gettext("%(name)s, a service", told) : lane.name;
}

export function modelName({ machine, model }, words) {
  return machine === "here" ? words.name : model;
}

/** "Llama 2 70B on 576 LPU chips", "Llama 2 70B at Together, 5 requests at once", "Pebble on this machine". */
export function whoText(lane, words) {
  const told = { model: modelName(lane, words), name: lane.name };
  const isAt = ["service", "endpoint"].includes(lane.machine);
  const who = isAt ? gettext("%(model)s at %(name)s", told) : gettext("%(model)s on %(name)s", told);
  if (lane.users === null || lane.users < 2) return who;
  return gettext("%(who)s, %(load)s at once", { who, load: loadText(lane) });
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

/** "96", "~96" where an endpoint's tokens were counted by its deltas. */
export function tokensText({ about }, count) {
  return `${about}${wholeText(count)}`;
}

/** "41 of 96 tokens". */
export function ofTokensText(run) {
  return gettext("%(part)s of %(all)s tokens", { part: tokensText(run, run.count), all: tokensText(run, run.total ?? 0) });
}

/** Output speed of what a lane has shown, "~" where its tokens are. */
export function runRateText({ about, tokensPerS }) {
  return tokensPerS === null ? UNKNOWN : `${about}${rateText(tokensPerS)}`;
}

/** What else was computed on this machine while an endpoint was asked; empty for every other lane. */
export function meanwhileText({ endpoint }) {
  if (!endpoint || endpoint.others_at_start === null) return "";
  const { others_at_start: start, others_at_most: most } = endpoint;
  if (most === 0) return gettext("no other chat ran here meanwhile");
  const told = { count: wholeText(start), most: wholeText(most) };
  if (start === 0) return gettext("no other chat ran here when it was asked, later %(most)s at most", told);
  if (most > start) {
    return ngettext(
      "%(count)s other chat ran here when it was asked, later %(most)s at most",
      "%(count)s other chats ran here when it was asked, later %(most)s at most",
      start,
      told,
    );
  }
  return ngettext(
    "%(count)s other chat ran here when it was asked",
    "%(count)s other chats ran here when it was asked",
    start,
    told,
  );
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
    return gettext("%(place)s %(who)s, %(rate)s", {
      place: placeText(place) || endText(run),
      who: whoText(run.lane, race.words),
      rate: spokenRate(run),
    });
  });
  const lanes = told.join(gettext("; "));
  return race.isReplay ? gettext("The replay is over: %(lanes)s.", { lanes }) : gettext("The race is over: %(lanes)s.", { lanes });
}

function spokenRate({ tokensPerS, about, lane }) {
  if (tokensPerS === null) return gettext("no rate");
  const told = { rate: rateText(tokensPerS), mark: markText(lane.kind) };
  return about
    ? gettext("about %(rate)s tokens per second, %(mark)s", told)
    : gettext("%(rate)s tokens per second, %(mark)s", told);
}

/** How a lane without a place ended. */
export function endText({ reason, hasArrived, lane }) {
  if (hasArrived) return lane.machine === "endpoint" ? gettext("its own words") : gettext("arrived");
  if (reason === "error" && lane.machine === "endpoint") return gettext("failed");
  return { stopped: gettext("stopped"), error: gettext("broken") }[reason] ?? gettext("not arrived");
}
