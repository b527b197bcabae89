/* View: the on-screen keyboard. Most browsers make the page smaller for it, as the page asks them to; Safari lays it
   over the page, and only the visual viewport tells how much of the window is left. */

/** Tells the stylesheet how much of the window's foot is hidden. A page that is zoomed by hand hides more than that. */
export function followKeyboard(property) {
  const { visualViewport: seen } = window;
  const tell = () => {
    const hidden = seen.scale > 1 ? 0 : window.innerHeight - seen.height - seen.offsetTop;
    document.documentElement.style.setProperty(property, `${Math.max(0, Math.round(hidden))}px`);
  };
  seen.addEventListener("resize", tell);
  seen.addEventListener("scroll", tell);
}
