/* START HERE: the page's parts, wired: transport (socket.js), state (conversation.js) and views know each
   other only through this file. */

import { Announcer } from "./announce.js";
import { AnotherModel } from "./another_model.js";
import { AnswerView, problemText } from "./answer.js";
import { askForClocks } from "./clocks.js";
import { copyText } from "./clipboard.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Explainer } from "./explain.js";
import * as explanations from "./explanations.js";
import { parametersText } from "./format.js";
import { GpuSystem } from "./gpu_system.js";
import { Health } from "./health.js";
import { chatInAddress, writeChat } from "./history/address.js";
import { Chats } from "./history/chats.js";
import { Drawer } from "./history/drawer.js";
import { ChatList } from "./history/list.js";
import { Keys } from "./keys.js";
import { gettext } from "./language.js";
import { followKeyboard } from "./on_screen_keyboard.js";
import { Picker } from "./picker.js";
import { bringInSight, bringToTop, followHeight, glide, hearReader } from "./scroll.js";
import { paramsOf, settingsOf } from "./settings.js";
import { SettingsPanel } from "./settings_panel.js";
import { ChatSocket } from "./socket.js";
import { Transcript } from "./transcript.js";
import { TurnActions, branchText } from "./turn_actions.js";

const CONNECTION_TEXT = {
  open: "",
  lost: gettext("The connection is lost. This page reconnects by itself, and nothing is lost."),
  refused: gettext("The server refuses this page’s address. Open it at the address that the server printed."),
};
const HEALTH_URL = "/healthz";
const MODELS_URL = "/models/";
const TOAST_MS = 3000;
const UNKNOWN = gettext("This browser has no such chat: chats stay in the browser in which they were begun.");
const REMOVED = gettext("This chat was deleted in another tab. It stays here until you leave it; a new question keeps it again.");

const data = JSON.parse(document.getElementById("playground-data").textContent);
let toastTimer = 0;
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
const composer = new Composer(part("composer"), {
  onSubmit: ask,
  onStop: () => chats.shown.stop(),
});
const another = new AnotherModel(part("another-model"), part("model"));
const actions = new WeakMap(); // turn → what can be done with it
const transcript = new Transcript(part("conversation"), makeView, renderNear);

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const chats = new Chats({
  make: (chat) =>
    new Conversation(chat, {
      send: (message) => socket.send(message),
      renew: () => socket.renew(),
      params: ({ settings }) => paramsOf(settings, data.defaults),
      limit_bytes: data.limits.message_bytes,
      listener: {
        path: (conversation) => conversation === chats.shown && showTurns(),
        began,
        changed,
        kept: (...what) => chats.keep(...what),
        removed: (...what) => chats.forget(...what),
      },
    }),
  listener: { opened, listed: () => list.draw(), trouble: showTrouble, removedElsewhere },
});
const socket = new ChatSocket(`${scheme}//${location.host}/ws/chat/`, {
  onMessage: (message) => chats.all.forEach((each) => each.receive(message, performance.now())),
  onState: showConnection,
});

const list = new ChatList(part("chats"), chats, (given) => settingsOf(given, data.limits));
const drawer = new Drawer({
  panel: part("chats"),
  sheet: part("chats-sheet"),
  button: part("chats-button"),
  close: part("chats-close"),
  onOpen: () => list.draw(),
});

const panel = new SettingsPanel(part("settings"), part("settings-button"), data.limits, {
  settings: () => chats.shown.chat.settings,
  changed: (settings) => chats.set(settings),
  say: (text) => announcer.say(text),
});

function ask(prompt) {
  if (chats.shown.openTurn) return false;
  chats.shown.ask(prompt, picker.model.id, gpus.choiceFor(picker.model));
  return !chats.shown.turns.at(-1).reply.isRefused; // one that is too long stays in the box
}

function makeView(turn) {
  const model = modelOf(turn.reply);
  const view = new AnswerView(turn, {
    model,
    template: part("turn-template"),
    copyTemplate: part("copy-template"),
    explainer,
    say: (text) => announcer.say(text),
    onDrawn: () => chats.shown.acknowledge(turn),
    onAgain: () => again(turn, model),
  });
  const doing = new TurnActions(view.element, turn, part("edit-template"), {
    edited: (text) => edit(turn, text),
    again: () => again(turn, model),
    otherwise: (button) => another.open(button, model.id, (id) => again(turn, modelOf({ model: id }))),
    stepped: (place, by) => step(turn, place, by),
  });
  actions.set(turn, doing);
  return view;
}

function again(turn, model) {
  if (chats.shown.openTurn) return;
  if (composer.draft.trim() === turn.question.text) composer.draft = "";
  composer.takeFocus(); // the button that was pressed goes away
  chats.shown.again(turn, model.id, gpus.choiceFor(model));
}

function edit(turn, text) {
  if (chats.shown.openTurn) return;
  composer.takeFocus();
  chats.shown.edit(turn, text, picker.model.id, gpus.choiceFor(picker.model));
}

/** To another branch; the focus stays on its step. */
function step(turn, place, by) {
  const { ids, at } = chats.shown.branches(turn)[place];
  const index = chats.shown.turns.indexOf(turn);
  const next = (at + by + ids.length) % ids.length;
  chats.shown.choose(ids[next]);
  const there = chats.shown.turns[index];
  actions.get(there).focusStep(place, by);
  transcript.viewOf(there).element.scrollIntoView({ block: "nearest" });
  announcer.say(gettext("%(branch)s.", { branch: branchText(place, next + 1, ids.length) }));
}

/** The turns of the chat that is shown, and what can be done with them now. */
function showTurns() {
  const { shown } = chats;
  transcript.show(shown.turns);
  renderNear();
  composer.isBusy = Boolean(shown.openTurn);
  panel.show();
  for (const turn of shown.turns) {
    const { question, answer } = shown.branches(turn);
    const told = ({ ids, at }) => ({ number: at + 1, count: ids.length });
    actions.get(turn).show({ question: told(question), answer: told(answer) }, Boolean(shown.openTurn));
  }
}

function began(conversation, turn) {
  writeChat(conversation.chat.id, false);
  explainer.hide();
  showStage();
  bringToTop(transcript.viewOf(turn).element);
  announcer.answerIsComing();
}

/** Another chat is shown, or the empty page. */
function opened({ chat }) {
  explainer.hide();
  health.unwatch();
  showTurns();
  showStage();
  picker.choose(chat.model);
  list.draw();
  showTrouble(chats.trouble);
  if (transcript.last) bringToTop(transcript.last.element);
}

function showStage() {
  const stage = chats.shown.turns.length === 0 ? "empty" : "talking";
  if (stage === document.body.dataset.stage) return;
  glide(part("composer"), () => (document.body.dataset.stage = stage));
}

/** Of a turn that is not shown nothing can be drawn: what came of it is acknowledged as it comes. */
function changed(conversation, turn, what) {
  if (what === "ended" && conversation === chats.shown) showTurns();
  if (what === "followed") return followed(conversation, turn);
  const view = transcript.viewOf(turn);
  if (!view) return what === "tokens" && conversation.acknowledge(turn);
  if (what === "state") view.showState();
  if (what === "accepted") {
    view.accepted();
    if (turn.reply.count === 0) watchEngine(conversation, turn);
  }
  if (what === "tokens") {
    health.unwatch();
    view.textCame();
  }
  if (what === "rendered") view.redraw();
  if (what === "ended") ended(turn, view);
}

/** An answer that another tab reads. */
function followed(conversation, turn) {
  transcript.renew(turn);
  if (conversation === chats.shown) showTurns();
}

function watchEngine(conversation, turn) {
  health.watch(turn.reply.model, ({ state }) => conversation.setWarming(turn, state === "warming"));
}

function ended(turn, view) {
  health.unwatch();
  view.ended();
  const { reply } = turn;
  if (reply.problem) announcer.say(problemText(reply));
  else if (reply.isAccepted) announcer.answerIsThere(reply, modelOf(reply), view.spoken);
  if (!reply.isRefused) return;
  if (composer.draft === "") composer.draft = turn.question.text;
  bringInSight(view.problem, part("composer"));
}

function removedElsewhere(conversation) {
  if (conversation === chats.shown) showTrouble(REMOVED);
}

/** What the browser does not keep, in one line. */
function showTrouble(sentence) {
  if (sentence && sentence !== part("trouble").textContent) announcer.say(sentence);
  part("trouble").textContent = sentence;
  part("trouble").hidden = sentence === "";
}

/** One that is no longer here still has its name. */
function modelOf({ model }) {
  return data.models.find(({ id }) => id === model) ?? { id: model, name: model, page: MODELS_URL };
}

function showConnection(state) {
  const text = CONNECTION_TEXT[state];
  const notice = part("connection");
  const wasLost = document.body.dataset.connection === "lost";
  document.body.dataset.connection = state;
  notice.textContent = text;
  notice.hidden = text === "";
  if (text !== "" || wasLost) announcer.say(text || gettext("Connected again."));
  if (state !== "open") return;
  for (const each of chats.all) each.reconnected();
  renderNear();
}

/** Old answers become Markdown as they come near the window. */
function renderNear() {
  chats.shown.render(transcript.near);
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
  const missing = state === "failed" ? detail || gettext("The model that writes the words could not be loaded.") : "";
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
followKeyboard("--keyboard-height");
hearReader(() => transcript.last?.settle());
part("conversation").addEventListener("focusin", ({ target }) => target.closest(".doings") && transcript.last.settle());
askForClocks(data.models, (model, line) => picker.fill(model, line));
showWords();
showNotice(data);
part("new-chat").addEventListener("click", beginChat);
part("language").addEventListener("submit", ({ target }) => {
  target.elements.next.value = location.pathname + location.search + location.hash; // the chat that is shown
});
new Keys(
  {
    o: { name: gettext("New chat"), act: beginChat },
    i: { name: gettext("To the prompt box"), act: () => composer.focus() },
    c: { name: gettext("Copy the last answer"), act: copyLast },
    m: { name: gettext("To the choice of models"), act: () => part("model").focus() },
    h: { name: gettext("Chats, open or closed"), act: () => drawer.toggle() },
  },
  part("keys"),
  part("keys-button"),
);
window.addEventListener("popstate", showAddress);
showAddress();

async function copyLast() {
  const text = chats.shown.turns.at(-1)?.reply.text ?? "";
  if (text === "") return toast(gettext("There is no answer to copy yet."));
  toast((await copyText(text)) ? gettext("Copied the last answer.") : gettext("The browser does not let this page copy."));
}

/** A sentence that goes by itself. */
function toast(sentence) {
  clearTimeout(toastTimer);
  announcer.say(sentence);
  part("toast").textContent = sentence;
  part("toast").hidden = false;
  toastTimer = setTimeout(() => (part("toast").hidden = true), TOAST_MS);
}

function beginChat() {
  if (chats.shown.turns.length > 0) chats.fresh();
  writeChat(null, true);
  drawer.chosen();
  composer.focus();
}

/** The chat that the page's address names; the empty page where it names none that is kept. */
async function showAddress() {
  const id = chatInAddress();
  drawer.chosen();
  if (id === chats.shown.chat.id) return;
  if (id && (await chats.open(id))) return;
  writeChat(null, false);
  if (chats.shown.turns.length > 0) chats.fresh();
  if (id) showTrouble(UNKNOWN);
}
