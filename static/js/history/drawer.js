/* View: where the chats stand: at the side of a wide window, open or not as the reader left it; on a phone a sheet
   over the page. */

const NARROW = matchMedia("(max-width: 60rem)");
const OPEN = "chats-are-open"; // in localStorage

export class Drawer {
  #panel;
  #sheet;
  #button;
  #onOpen;

  /** `onOpen()` is called whenever the chats come into sight. */
  constructor({ panel, sheet, button, close, onOpen }) {
    this.#panel = panel;
    this.#sheet = sheet;
    this.#button = button;
    this.#onOpen = onOpen;
    button.addEventListener("click", () => this.toggle());
    close.addEventListener("click", () => this.close());
    sheet.addEventListener("close", () => this.#place(false));
    sheet.addEventListener("click", ({ target }) => target === sheet && this.close());
    NARROW.addEventListener("change", () => this.#place(!NARROW.matches && isRemembered()));
    this.#place(!NARROW.matches && isRemembered());
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  toggle() {
    if (this.isOpen) return this.close();
    this.#place(true);
    if (!NARROW.matches) remember(true);
    this.#panel.querySelector("button, input").focus();
  }

  /** The focus goes back to the button that opens. */
  close() {
    if (!NARROW.matches) remember(false);
    this.#place(false);
    this.#button.focus();
  }

  /** Something was chosen: a sheet makes room, what stands at the side stays. */
  chosen() {
    if (this.#sheet.open) this.#place(false);
  }

  #place(isOpen) {
    const isSheet = isOpen && NARROW.matches;
    if (this.#sheet.open && !isSheet) this.#sheet.close();
    if (isSheet) this.#sheet.append(this.#panel);
    else document.body.prepend(this.#panel);
    this.#panel.hidden = !isOpen;
    document.body.dataset.chats = isOpen && !isSheet ? "open" : "";
    this.#button.setAttribute("aria-expanded", isOpen);
    if (isSheet && !this.#sheet.open) this.#sheet.showModal();
    if (isOpen) this.#onOpen();
  }
}

/** A browser may forbid it: then it is closed at first. */
function isRemembered() {
  try {
    return localStorage.getItem(OPEN) === "yes";
  } catch {
    return false;
  }
}

function remember(isOpen) {
  try {
    localStorage.setItem(OPEN, isOpen ? "yes" : "no");
  } catch {
    // it opens closed next time
  }
}
