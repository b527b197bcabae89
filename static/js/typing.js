/* A key in a field → whether an input method has it. Two conditions are needed: Safari ends the composition
   before it reports the key. */

const COMPOSING_KEY_CODE = 229;

export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING_KEY_CODE;
}

/** Calls `onEnter` for Enter and `onEscape` for Escape, and neither while an input method is composing. */
export function hearEnds(field, { onEnter, onEscape }) {
  field.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const hear = { Enter: event.shiftKey ? null : onEnter, Escape: onEscape }[event.key];
    if (!hear) return;
    event.preventDefault();
    event.stopPropagation(); // Escape stops no answer here
    hear();
  });
}
