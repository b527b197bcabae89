/* Transport: JSON messages over one websocket that reopens by itself.
   A socket that slept is half open and says nothing, so on waking it is replaced, not trusted. */

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8000;
const OPENING_LIMIT_MS = 10000;
const SILENCE_LIMIT_MS = 5000;
const FOREIGN_ORIGIN = 4403;

export class ChatSocket {
  #url;
  #onMessage;
  #onState;
  #socket = null; // the one in use
  #next = null; // the one that is opening, perhaps to replace it
  #state = "connecting";
  #attempt = 0;
  #retryTimer = 0;
  #openingTimer = 0;
  #heardAt = Date.now(); // a wall clock: the other one may stand still while the machine sleeps

  /** `onState` gets "open" (each time, so that answers resume), "lost" or "refused". */
  constructor(url, { onMessage, onState }) {
    this.#url = url;
    this.#onMessage = onMessage;
    this.#onState = onState;
    window.addEventListener("online", () => this.renew());
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    this.#open();
  }

  /** Whether the message went out; one that did not is the caller's to send on "open". */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Opens a fresh socket; the old one serves until the new one is there. */
  renew() {
    if (this.#state === "refused") return;
    this.#drop(this.#next);
    this.#open();
  }

  #open() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openingTimer);
    const socket = new WebSocket(this.#url);
    this.#next = socket;
    this.#openingTimer = setTimeout(() => this.#failed(socket), OPENING_LIMIT_MS);
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = (event) => this.#heard(socket, event);
    socket.onclose = (event) => this.#failed(socket, event.code);
  }

  #opened(socket) {
    clearTimeout(this.#openingTimer);
    this.#drop(this.#socket);
    this.#socket = socket;
    this.#next = null;
    this.#heardAt = Date.now();
    this.#become("open");
  }

  #heard(socket, event) {
    if (socket !== this.#socket) return;
    this.#heardAt = Date.now();
    this.#attempt = 0;
    this.#onMessage(JSON.parse(event.data));
  }

  #failed(socket, code = 0) {
    this.#drop(socket);
    if (code === FOREIGN_ORIGIN) return this.#refuse();
    if (socket === this.#next) {
      this.#next = null;
      this.#drop(this.#socket); // what it was to replace was not trusted
      this.#socket = null;
    } else {
      this.#socket = null;
      if (this.#next) return; // its successor is already opening
    }
    this.#become("lost");
    this.#retryTimer = setTimeout(() => this.#open(), this.#delay());
  }

  #refuse() {
    this.#drop(this.#next);
    this.#socket = this.#next = null;
    this.#become("refused");
  }

  #delay() {
    const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    return ceiling * (0.5 + Math.random() / 2);
  }

  #onVisibility() {
    if (document.hidden) return;
    const silent = Date.now() - this.#heardAt > SILENCE_LIMIT_MS;
    if (silent || this.#socket?.readyState !== WebSocket.OPEN) this.renew();
  }

  #drop(socket) {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #become(state) {
    this.#state = state;
    this.#onState(state);
  }
}
