/* Keys → what they do, and the sheet that lists them. Letters go with Ctrl+Alt, on a Mac with Ctrl+Shift: there
   Ctrl+Option belongs to VoiceOver, and elsewhere browsers own Ctrl, Ctrl+Shift and Alt. What types a character with
   AltGr is left to the field, and all keys to an input method that is composing. */

import { isComposing } from "./typing.js";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const WITH = isMac ? ["⌃", "⇧"] : ["Ctrl", "Alt"];

export class Keys {
  #commands;
  #sheet;

  /** `commands`: letter → {name, act}. `sheet`: the dialog. */
  constructor(commands, sheet, button) {
    this.#commands = commands;
    this.#sheet = sheet;
    sheet.querySelector("dl").prepend(...Object.entries(commands).map(([letter, { name }]) => row(name, [...WITH, letter.toUpperCase()])));
    button.addEventListener("click", () => sheet.showModal());
    sheet.querySelector("button").addEventListener("click", () => sheet.close());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (isComposing(event) || event.repeat || document.querySelector("dialog:modal")) return;
    if (isHelp(event)) return this.#taken(event, () => this.#sheet.showModal());
    const command = isChord(event) ? this.#commands[letterOf(event)] : null;
    if (command) this.#taken(event, command.act);
  }

  #taken(event, act) {
    event.preventDefault();
    act();
  }
}

function isChord(event) {
  const { ctrlKey, altKey, shiftKey, metaKey } = event;
  if (metaKey || !ctrlKey || event.getModifierState("AltGraph")) return false;
  return isMac ? shiftKey && !altKey : altKey && !shiftKey;
}

/** By what is written on the key; where that is no Latin letter, by its place. */
function letterOf({ key, code }) {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, "").toLowerCase();
}

/** A question mark that nobody is typing. */
function isHelp({ key, ctrlKey, altKey, metaKey, target }) {
  return key === "?" && !ctrlKey && !altKey && !metaKey && !target.closest("input, textarea, select, [contenteditable]");
}

function row(name, keys) {
  const group = document.createElement("div");
  const [what, how] = ["dt", "dd"].map((tag) => document.createElement(tag));
  what.textContent = name;
  for (const each of keys) {
    const key = document.createElement("kbd");
    key.textContent = each;
    how.append(key, " ");
  }
  group.append(what, how);
  return group;
}
