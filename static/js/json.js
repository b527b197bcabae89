/* Transport: a URL of this server → its answer as JSON. */

/** The answer, also one that refuses in a sentence; null where there is none. */
export async function jsonOf(url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    const answer = await response.json();
    return response.ok || answer.error ? answer : null;
  } catch {
    return null;
  }
}
