/* The key of an endpoint: it lives in a variable here, not in its field, which is emptied as soon as it was typed.
   It goes with the endpoint's origin, so that no other one gets it; and where others could read it on its way to
   this site, the field stays closed. */

import { gettext } from "../language.js";

const KEPT = gettext("Kept in this page alone, for the next race.");
const ONCE = gettext("It goes to this site once for each race, is used and forgotten.");
const CLOSED = gettext("This page is neither https nor on this machine: a key would travel readably, so the field is closed.");

export class KeyField {
  #value = "";
  #field;
  #about;
  #forget;
  #url;
  #origin = "";

  constructor(element, { key, url }) {
    this.#field = key;
    this.#url = url;
    this.#about = element.querySelector("[data-part=key-about]");
    this.#forget = element.querySelector("[data-part=forget]");
    key.disabled = !isSecureContext;
    key.addEventListener("change", () => this.#take());
    url.addEventListener("change", () => this.#follow());
    this.#forget.addEventListener("click", () => {
      this.#keep("");
      this.#field.focus();
    });
    this.#show();
  }

  get value() {
    this.#take();
    return this.#value;
  }

  #take() {
    const typed = this.#field.value.trim();
    this.#field.value = "";
    if (typed !== "" && isSecureContext) this.#keep(typed);
  }

  #keep(key) {
    this.#value = key;
    this.#origin = originOf(this.#url.value);
    this.#show();
  }

  /** Another endpoint is not given the key of the one before. */
  #follow() {
    const origin = originOf(this.#url.value);
    if (this.#origin === "") this.#origin = origin; // the key was typed before the URL
    else if (origin !== this.#origin) this.#keep("");
  }

  #show() {
    const isKept = this.#value !== "";
    this.#about.textContent = !isSecureContext ? CLOSED : isKept ? KEPT : ONCE;
    const wanted = isSecureContext ? gettext("if it wants one") : ""; // nothing invites to type
    this.#field.placeholder = isKept ? gettext("kept") : wanted;
    this.#forget.hidden = !isKept;
  }
}

function originOf(url) {
  try {
    return new URL(url.trim()).origin;
  } catch {
    return "";
  }
}
