/* START HERE: the page's parts, wired: transport (socket.js), state (conversation.js) and views know each
   other only through this file. */

import { Announcer } from "./announce.js";
import { AnswerView, problemText } from "./answer.js";
import { askForClocks } from "./clocks.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Explainer } from "./explain.js";
import * as explanations from "./explanations.js";
import { parametersText } from "./format.js";
import { GpuSystem } from "./gpu_system.js";
import { Health } from "./health.js";
import { Picker } from "./picker.js";
import { bringToTop, followHeight, glide, hearReader } from "./scroll.js";
import { ChatSocket } from "./socket.js";

const CONNECTION_TEXT = {
  open: "",
  lost: "The connection is lost. This page reconnects by itself, and nothing is lost.",
  refused: "The server refuses this page’s address. Open it at the address that the server printed.",
};
const HEALTH_URL = "/healthz";

const data = JSON.parse(document.getElementById("playground-data").textContent);
const part = (id) => document.getElementById(id);

const explainer = new Explainer(part("explanation"));
const announcer = new Announcer(part("announcer"));
const gpus = new GpuSystem(part("gpu-system"), data.gpus, data.models, {
  changed: () => picker.showGpus(),
  say: (text) => announcer.say(text),
});
const picker = new Picker(part("model"), {
  models: data.models,
  words: data.words,
  preview: part("preview"),
  besideName: part("beside-name"),
  explainer,
  gpus,
  onPick: () => showWords(),
});
const health = new Health(HEALTH_URL);
const views = new Map(); // turn → its view
const composer = new Composer(part("composer"), {
  onSubmit: ask,
  onStop: () => conversation.stop(),
});

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const socket = new ChatSocket(`${scheme}//${location.host}/ws/chat/`, {
  onMessage: (message) => conversation.receive(message, performance.now()),
  onState: showConnection,
});
const conversation = new Conversation({
  send: (message) => socket.send(message),
  renew: () => socket.renew(),
  params: given(data.defaults),
  listener: { added, changed, removed },
});

function ask(prompt) {
  if (conversation.openTurn) return false;
  conversation.ask(prompt, picker.model.id, gpus.choiceFor(picker.model));
  return true;
}

function added(turn) {
  const view = new AnswerView(turn, {
    model: modelOf(turn.reply),
    template: part("turn-template"),
    explainer,
    onDrawn: () => conversation.acknowledge(turn),
    onAgain: () => again(turn),
  });
  views.set(turn, view);
  explainer.hide();
  if (document.body.dataset.stage === "empty") {
    glide(part("composer"), () => (document.body.dataset.stage = "talking"));
  }
  part("conversation").append(view.element);
  bringToTop(view.element);
  begin();
}

function removed(turn) {
  views.get(turn).remove();
  views.delete(turn);
}

function again(turn) {
  if (conversation.openTurn) return;
  if (composer.draft.trim() === turn.prompt) composer.draft = "";
  composer.focus(); // the button that was pressed goes away
  conversation.again(turn, gpus.choiceFor(modelOf(turn.reply)));
}

function begin() {
  composer.isBusy = true;
  announcer.answerIsComing();
}

function changed(turn, what) {
  const view = views.get(turn);
  if (what === "restarted") {
    view.restart();
    begin();
  }
  if (what === "state") view.showState();
  if (what === "accepted") {
    view.accepted();
    if (turn.reply.count === 0) watchEngine(turn);
  }
  if (what === "tokens") {
    health.unwatch();
    view.textCame();
  }
  if (what === "ended") ended(turn, view);
}

function watchEngine(turn) {
  health.watch(turn.reply.model, ({ state }) => conversation.setWarming(turn, state === "warming"));
}

function ended(turn, view) {
  health.unwatch();
  view.ended();
  composer.isBusy = false;
  const { reply } = turn;
  if (reply.problem) announcer.say(problemText(reply));
  else if (reply.isAccepted) announcer.answerIsThere(reply, modelOf(reply));
  if (reply.isRefused && composer.draft === "") composer.draft = turn.prompt;
}

/** The parameters that have a value: the others are the server's to choose. */
function given(params) {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));
}

function modelOf(reply) {
  return data.models.find(({ id }) => id === reply.model);
}

function showConnection(state) {
  const text = CONNECTION_TEXT[state];
  const notice = part("connection");
  const wasLost = document.body.dataset.connection === "lost";
  document.body.dataset.connection = state;
  notice.textContent = text;
  notice.hidden = text === "";
  if (text !== "" || wasLost) announcer.say(text || "Connected again.");
  if (state === "open") conversation.reconnected();
}

/** Who writes for the model that is picked. */
function showWords() {
  const { name, parameters } = picker.words;
  part("words").hidden = data.words.state === "failed" || !parameters;
  part("words-name").textContent = name;
  part("words-size").textContent = parametersText(parameters);
}

/** Why nobody can write, and what was wrong with the page's address. */
function showNotice({ words: { state, detail }, gpus: { problem } }) {
  const missing = state === "failed" ? detail || "The model that writes the words could not be loaded." : "";
  part("notice").textContent = [missing, problem].filter(Boolean).join(" ");
  part("notice").hidden = !missing && !problem;
}

explainer.attach(part("words"), () =>
  picker.model.is_pulled ? explanations.pulledWords(picker.words) : explanations.wordsSize(data.words));
part("examples").addEventListener("click", ({ target }) => {
  const example = target.closest("button");
  if (example) composer.submit(example.textContent);
});
followHeight(part("composer"), "--composer-height");
hearReader(() => views.get(conversation.turns.at(-1))?.settle());
askForClocks(data.models, (model, line) => picker.fill(model, line));
showWords();
showNotice(data);
