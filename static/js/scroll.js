/* View: the one scroll that the page makes, when a question is asked: it goes to the top of the window and
   the answer grows under it. From then on scrolling is the reader's. */

const GAP_PX = 16;
let isOurs = false;

export function bringToTop(turn) {
  const top = turn.getBoundingClientRect().top;
  if (top >= 0 && top < window.innerHeight / 4) return; // it is there already
  const before = window.scrollY;
  window.scrollBy({ top: top - GAP_PX, behavior: "instant" });
  isOurs = window.scrollY !== before; // its event comes later
}

/** Calls `onScroll` for each scroll that the page did not make. */
export function hearReader(onScroll) {
  const hear = () => {
    if (!isOurs) onScroll();
    isOurs = false;
  };
  window.addEventListener("scroll", hear, { passive: true });
}

/** Tells the stylesheet how high the prompt box stands, so that nothing hides behind it. */
export function followHeight(element, property) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty(property, `${element.offsetHeight}px`);
  }).observe(element, { box: "border-box" });
}

/** Moves an element from where it stood to where `change` puts it, instead of jumping. */
export function glide(element, change) {
  const before = element.getBoundingClientRect().top;
  change();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const distance = before - element.getBoundingClientRect().top;
  element.animate(
    [{ transform: `translateY(${distance}px)` }, { transform: "none" }],
    { duration: 220, easing: "cubic-bezier(0.2, 0, 0, 1)" },
  );
}
