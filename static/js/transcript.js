/* View: the turns of the chat that is shown. Those that stay where they are keep their elements. */

import { Nearby } from "./nearby.js";

export class Transcript {
  #place;
  #make;
  #views = new Map(); // turn → its view
  #nearby;

  /** `make(turn)`: its view. `onNear()` is called when other turns have come near the window. */
  constructor(place, make, onNear) {
    this.#place = place;
    this.#make = make;
    this.#nearby = new Nearby(onNear);
  }

  viewOf(turn) {
    return this.#views.get(turn) ?? null;
  }

  get last() {
    return [...this.#views.values()].at(-1) ?? null;
  }

  /** The turns that are near the window. */
  get near() {
    return [...this.#views].filter(([, { element }]) => this.#nearby.has(element)).map(([turn]) => turn);
  }

  show(turns) {
    const wanted = new Set(turns);
    for (const [turn, view] of this.#views) {
      if (!wanted.has(turn)) this.#remove(turn, view);
    }
    const views = turns.map((turn) => [turn, this.#views.get(turn) ?? this.#made(turn)]);
    this.#views = new Map(views);
    for (const [, view] of views) {
      if (!view.element.isConnected) this.#place.append(view.element);
    }
  }

  /** Draws a turn anew that has gone on elsewhere. */
  renew(turn) {
    const old = this.#views.get(turn);
    if (!old) return;
    const made = this.#made(turn);
    old.element.after(made.element);
    this.#nearby.leave(old.element);
    old.remove();
    this.#views.set(turn, made); // in the place that it had
  }

  #made(turn) {
    const view = this.#make(turn);
    view.restore();
    this.#nearby.watch(view.element);
    return view;
  }

  #remove(turn, view) {
    this.#nearby.leave(view.element);
    view.remove();
    this.#views.delete(turn);
  }
}
