/* Transport: the picker's lines whose programs were still being compiled when the page was made. One after
   another in the server's order, small models first, so that no more than one request waits. */

export async function askForClocks(models, onClock) {
  const missing = models.filter(({ kind }) => kind === null);
  missing.sort((one, other) => one.parameters - other.parameters);
  for (const model of missing) onClock(model, await lineOf(model.clock));
}

/** The line, as the page would have had it; null where there is none. */
async function lineOf(url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
