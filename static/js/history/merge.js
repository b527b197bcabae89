/* Pure: two tabs' records of one chat → one record, whichever is written last. Messages never collide, since a
   message is written by one tab: of two states of it the further one stands. */

/** `kept` is what the store holds, or null; `mine` is what a tab wants to write. */
export function mergedChat(kept, mine) {
  if (!kept) return { ...mine, version: mine.version + 1 };
  const named = kept.namedAt_ms > mine.namedAt_ms ? kept : mine;
  const set = kept.settingsAt_ms > mine.settingsAt_ms ? kept : mine;
  return {
    ...mine,
    title: named.title,
    namedAt_ms: named.namedAt_ms,
    settings: set.settings,
    settingsAt_ms: set.settingsAt_ms,
    shown: { ...kept.shown, ...mine.shown },
    createdAt_ms: Math.min(kept.createdAt_ms, mine.createdAt_ms),
    changedAt_ms: Math.max(kept.changedAt_ms, mine.changedAt_ms),
    version: Math.max(kept.version, mine.version) + 1,
  };
}

/** Of two states of one message: an answer that has ended before an open one, a longer before a shorter. */
export function furtherMessage(kept, mine) {
  if (!kept || mine.role === "user") return mine;
  if (isOpen(kept) !== isOpen(mine)) return isOpen(mine) ? kept : mine;
  return kept.count > mine.count ? kept : mine;
}

/** Whether an answer's record says that more may come. */
export function isOpen({ state }) {
  return state === "waiting" || state === "warming" || state === "streaming";
}
