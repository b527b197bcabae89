/* Random bytes → an id of a generation. crypto.randomUUID is missing over plain http on a LAN. */

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
