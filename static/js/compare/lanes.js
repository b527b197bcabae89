/* View: the list of lanes, one to four. It hands out what races and what keeps it from racing. */

import { LaneView } from "./lane.js";

export class LanesView {
  views = [];
  #list;
  #template;
  #add;
  #most;
  #options;
  #onChange;

  /** `onChange()`: lanes came, went, or are others now. */
  constructor(list, { template, add, most, onChange, ...options }) {
    this.#list = list;
    this.#template = template;
    this.#add = add;
    this.#most = most;
    this.#onChange = onChange;
    this.#options = {
      ...options,
      onChange: () => onChange(),
      onRemove: (view) => this.#remove(view),
    };
    this.views = Array.from(list.children, (element) => new LaneView(element, this.#options));
    add.addEventListener("click", () => this.#append());
    this.#count();
  }

  get entries() {
    return this.views.map(({ entry }) => entry);
  }

  /** Of the endpoints among them, read when a race begins; "" for every other lane. */
  get keys() {
    return this.views.map(({ setting }) => setting.key);
  }

  /** The first lane that cannot run, from 0; -1: all can. */
  get bad() {
    return this.views.findIndex(({ expected }) => expected.error);
  }

  set isRacing(isRacing) {
    for (const view of this.views) view.setting.isDisabled = isRacing;
    this.#add.disabled = isRacing;
  }

  /** A program was compiled: who waits for it may show it. */
  expect() {
    for (const view of this.views) if (view.expected.waits) view.expect();
  }

  #append() {
    const element = this.#template.content.firstElementChild.cloneNode(true);
    this.#list.append(element);
    const view = new LaneView(element, this.#options);
    this.views.push(view);
    this.#changed();
    view.setting.focus();
  }

  #remove(view) {
    const place = this.views.indexOf(view);
    this.views.splice(place, 1);
    view.element.remove();
    this.#changed();
    this.views[Math.min(place, this.views.length - 1)].setting.focus(); // the button that was pressed is gone
  }

  #changed() {
    this.#count();
    this.#onChange();
  }

  #count() {
    this.#list.dataset.count = this.views.length;
    this.#add.hidden = this.views.length >= this.#most;
    this.views.forEach((view, i) => {
      view.number = i + 1;
      view.isAlone = this.views.length === 1;
    });
  }
}
