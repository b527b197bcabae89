/* Something to draw → drawn once in the next animation frame; at once while the page is hidden,
   because a hidden page gets no animation frames. */

const due = new Set();
let frame = 0;

export function drawSoon(draw) {
  if (document.hidden) return draw();
  due.add(draw);
  frame ||= requestAnimationFrame(drawAll);
}

export function drawNow(draw) {
  due.delete(draw);
  draw();
}

function drawAll() {
  frame = 0;
  const drawing = [...due];
  due.clear();
  for (const draw of drawing) draw();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) drawAll();
});
