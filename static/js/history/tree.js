/* State, pure: the messages of a chat as a tree. A question that is edited, and an answer that is asked for
   again, become siblings of what stood there; nothing is overwritten. One way through the tree is shown.

   A message is any object {id, parent, role, at_ms}: `parent` null at the root, `at_ms` when it was made. */

const ROOT = ""; // the key of the first questions in `shown`

export class Tree {
  #messages = new Map();
  #children = new Map(); // parent → its children, the oldest first
  #shown; // parent → its child that is shown

  constructor(messages = [], shown = {}) {
    this.#shown = { ...shown };
    for (const message of messages) this.graft(message);
  }

  get messages() {
    return [...this.#messages.values()];
  }

  get shown() {
    return { ...this.#shown };
  }

  get(id) {
    return this.#messages.get(id) ?? null;
  }

  /** A new message is the one that is shown. */
  add(message) {
    this.graft(message);
    this.choose(message.id);
  }

  /** One that came from elsewhere: it is shown only where nothing was chosen. */
  graft(message) {
    this.#messages.set(message.id, message);
    const siblings = [...this.#childrenOf(message.parent), message];
    siblings.sort((one, other) => one.at_ms - other.at_ms || (one.id < other.id ? -1 : 1));
    this.#children.set(message.parent ?? ROOT, siblings);
  }

  /** Takes a message away with all that follows it, and gives their ids. */
  remove(id) {
    const parent = this.get(id)?.parent ?? ROOT;
    this.#children.set(parent, this.#childrenOf(parent).filter((child) => child.id !== id));
    if (this.#shown[parent] === id) delete this.#shown[parent];
    const removed = [id];
    for (const each of removed) removed.push(...this.#childrenOf(each).map((child) => child.id));
    for (const each of removed) {
      this.#messages.delete(each);
      this.#children.delete(each);
      delete this.#shown[each];
    }
    return removed;
  }

  choose(id) {
    this.#shown[this.get(id).parent ?? ROOT] = id;
  }

  /** All that stand where this message stands, the oldest first, itself among them. */
  siblings(id) {
    return this.#childrenOf(this.get(id).parent);
  }

  /** What is shown, from the first question on. */
  path() {
    const path = [];
    let message = this.#shownChild(null);
    while (message) {
      path.push(message);
      message = this.#shownChild(message.id);
    }
    return path;
  }

  /** What was said before a message, from the first question on. */
  before(id) {
    const before = [];
    let message = this.get(this.get(id).parent);
    while (message) {
      before.push(message);
      message = this.get(message.parent);
    }
    return before.reverse();
  }

  #shownChild(parent) {
    const children = this.#childrenOf(parent);
    const chosen = this.#shown[parent ?? ROOT];
    return children.find(({ id }) => id === chosen) ?? children.at(-1) ?? null;
  }

  #childrenOf(parent) {
    return this.#children.get(parent ?? ROOT) ?? [];
  }
}
