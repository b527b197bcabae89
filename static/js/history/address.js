/* The page's address ↔ the chat that is shown: `#chat=…`, which the server never sees. */

const NAME = "chat";

export function chatInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get(NAME);
}

/** `isNew`: a step of its own on the way back. */
export function writeChat(id, isNew) {
  if (id === chatInAddress()) return;
  const url = new URL(location.href);
  url.hash = id ? `${NAME}=${id}` : "";
  if (isNew) history.pushState(null, "", url);
  else history.replaceState(history.state, "", url);
}
