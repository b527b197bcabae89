/* View: the one scroll that the page makes, when a question is asked: it goes to the top of the window and
   the answer grows under it. From then on scrolling is the reader's; but for why a question was refused. */

const GAP_PX = 16;
const STILL_PX = 2; // a browser that keeps in place what is read is off by less
let brought = null; // the turn that was brought there last, and where it stands in the window

export function bringToTop(turn) {
  const top = turn.getBoundingClientRect().top;
  const isThere = top >= 0 && top < window.innerHeight / 4;
  if (!isThere) window.scrollBy({ top: top - GAP_PX, behavior: "instant" });
  brought = { turn, top: turn.getBoundingClientRect().top };
}

/** Shows an element that is hidden behind the prompt box, which grows when a question returns to it. Where that will
    stand is reckoned, for it may be gliding. */
export function bringInSight(element, box) {
  const top = window.innerHeight - parseFloat(getComputedStyle(box).bottom) - box.offsetHeight;
  const hidden = element.getBoundingClientRect().bottom + GAP_PX - top;
  if (hidden > 0) window.scrollBy({ top: hidden, behavior: "instant" });
}

/** Calls `onScroll` when the turn no longer stands where it was brought: the reader scrolled. The page's own scroll
    and the browser's, when sizes above become known, leave it there. */
export function hearReader(onScroll) {
  const hear = () => {
    if (brought && Math.abs(brought.turn.getBoundingClientRect().top - brought.top) > STILL_PX) onScroll();
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
