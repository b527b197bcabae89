/* START HERE for the race: the page's parts, wired. Transport (socket.js), state (racing.js) and views know each
   other only through this file. */

import { Announcer } from "../announce.js";
import { askForClocks } from "../clocks.js";
import { Expectations } from "./expectations.js";
import { LanesView } from "./lanes.js";
import { LoadView } from "./load.js";
import { Outcome } from "./outcome.js";
import { Racing } from "./racing.js";
import { showInAddress, wellFormed } from "./setting.js";
import { StatusView } from "./status.js";
import { spokenResult } from "./words.js";
import { Composer } from "../composer.js";
import { Explainer } from "../explain.js";
import { drawNow, drawSoon } from "../frames.js";
import { gettext } from "../language.js";
import { ChatSocket } from "../socket.js";

const GPU_URL = "/gpu.json";
const LOAD_URL = "/compare/load.json";

const data = JSON.parse(document.getElementById("playground-data").textContent);
const part = (id) => document.getElementById(id);

const explainer = new Explainer(part("explanation"));
const announcer = new Announcer(part("announcer"));
const status = new StatusView(part, { announcer, words: data.words });
const expectations = new Expectations(data, GPU_URL);
const lanes = new LanesView(part("lanes"), {
  template: part("lane-template"),
  add: part("add"),
  most: data.most_lanes,
  expectations,
  explainer,
  words: data.words,
  promptName: gettext("a prompt of %(count)s tokens", { count: data.prompt_tokens }),
  onChange: setUpChanged,
});
const load = new LoadView(part, data, { url: LOAD_URL, explainer });
const outcome = new Outcome(part, { explainer, foot: part("foot-text").textContent.replace(/\s+/g, " ").trim() });
const composer = new Composer(part("composer"), {
  onSubmit: start,
  onStop: () => racing.stop(),
  nameButton: () => nameButton(),
});

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const socket = new ChatSocket(`${scheme}//${location.host}/ws/chat/`, {
  onMessage: (message) => racing.receive(message),
  onState: showConnection,
});
const racing = new Racing({
  send: (message) => socket.send(message),
  renew: () => socket.renew(),
  params: data.params,
  limit_bytes: data.message_bytes,
  onChange: changed,
});
let wasLong = false; // the button's name
const drawings = Array.from({ length: data.most_lanes }, (_, lane) => () => draw(lane));

/** Says whether the prompt leaves the box: here it never does. */
function start(typed) {
  const prompt = wellFormed(typed);
  if (isReady()) {
    showInAddress(prompt, lanes.entries);
    racing.start(prompt, lanes.entries, new Date(), lanes.keys);
  }
  return false;
}

/** The words of the race that was, in the lanes as they stand now. */
function replay() {
  part("go").focus(); // the button that was pressed goes away, and the lanes are up there
  if (isReady()) racing.replay(lanes.entries, new Date());
}

function again() {
  part("go").focus();
  composer.submit(racing.race.prompt);
}

function isReady() {
  if (lanes.bad >= 0) lanes.views[lanes.bad].setting.focus();
  return !racing.isOn && lanes.bad < 0;
}

function setUpChanged() {
  showInAddress(composer.draft.trim(), lanes.entries);
  load.follow(lanes.entries);
  nameButton();
  const bad = lanes.bad;
  if (bad >= 0) announcer.say(`${gettext("Lane %(lane)s: ", { lane: bad + 1 })}${lanes.views[bad].expected.error}`);
}

/** Race, Stop, or which lane to mend first. */
function nameButton() {
  const bad = lanes.bad;
  const isLong = !racing.isOn && bad >= 0;
  part("go").textContent = racing.isOn ? gettext("Stop") : isLong ? gettext("Mend lane %(lane)s", { lane: bad + 1 }) : gettext("Race");
  if (isLong !== wasLong) composer.fit(); // a longer name leaves the prompt less room
  wasLong = isLong;
}

const heard = {
  asked(race) {
    composer.isBusy = true;
    lanes.isRacing = true;
    status.asked(race); // what stands here stays until the race is accepted
  },
  accepted(race) {
    outcome.hide();
    for (const view of lanes.views) view.reset();
    heard.resumed(race);
  },
  resumed(race) {
    race.lanes.forEach((run, i) => lanes.views[i].accepted(race, run));
    status.accepted(race);
  },
  asking(race, lane) {
    status.asking(race, lane);
  },
  flag(race) {
    for (const view of lanes.views) view.begin();
    status.dropped(race);
  },
  tokens(race, lane) {
    drawSoon(drawings[lane]);
  },
  lane(race, lane) {
    drawNow(drawings[lane]);
    race.lanes.forEach((run, i) => run.isOpen || lanes.views[i].showPlace(race.placeOf(run)));
    lanes.views[lane].ended(race.placeOf(race.lanes[lane]));
  },
  ended(race) {
    composer.isBusy = false;
    lanes.isRacing = false;
    nameButton();
    const hasResult = race.lanes.some(({ count }) => count > 0);
    if (hasResult) showResult(race);
    else if (race.isAccepted) for (const view of lanes.views) view.settle();
    status.ended(race, { standing: racing.race, hasResult });
    if (race.problem) refuse(race);
  },
};

function changed(race, what, lane) {
  if (what !== "tokens") showStage(racing.race);
  heard[what](race, lane);
}

/** For the stylesheet, and for who looks at the page from outside: empty, computing, running, ended. */
function showStage({ isOpen, flag, replayed }) {
  document.body.dataset.race = isOpen ? (flag ? "running" : "computing") : "ended";
  document.body.dataset.replay = replayed !== null;
}

function draw(lane) {
  lanes.views[lane].draw();
  racing.acknowledge(lane);
}

function showResult(race) {
  race.lanes.forEach((run, i) => run.isOpen && lanes.views[i].lose());
  outcome.show(race);
  if (!race.problem) announcer.say(spokenResult(race));
}

/** Where it names a lane it stands there, else above the button; what was typed stays. */
function refuse({ problem }) {
  const view = problem.lane === null ? null : lanes.views[problem.lane];
  view?.refuse(problem.message);
  nameButton();
}

function showConnection(state) {
  status.connection(state);
  if (state === "open") racing.reconnected();
}

explainer.attach(part("flag"), () => status.explanation);
part("replay").addEventListener("click", replay);
part("again").addEventListener("click", again);
part("prompt").addEventListener("change", () => showInAddress(composer.draft.trim(), lanes.entries));
askForClocks(data.models, (model, line) => {
  Object.assign(model, line ?? { failed: true });
  lanes.expect();
  nameButton();
});
load.follow(lanes.entries);
nameButton();
