/* A popover and the button that it belongs to → where it stands: under its button, or above where there is
   no room, and never over the window's edge. It is placed anew where the window gets another size. */

const GAP_PX = 8;
const buttons = new WeakMap(); // popover → the button beside which it was placed last

export function placeBeside(popover, button) {
  buttons.set(popover, button);
  place(popover, button);
}

window.addEventListener("resize", () => {
  for (const popover of document.querySelectorAll(":popover-open")) {
    if (buttons.has(popover)) place(popover, buttons.get(popover));
  }
});

function place(popover, button) {
  const { left, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const room = document.documentElement.clientWidth - width - GAP_PX;
  const below = bottom + GAP_PX;
  const fits = below + height + GAP_PX <= window.innerHeight;
  const y = fits ? below : Math.max(GAP_PX, top - height - GAP_PX);
  popover.style.setProperty("left", `${Math.max(GAP_PX, Math.min(left, room))}px`);
  popover.style.setProperty("top", `${y}px`);
}
