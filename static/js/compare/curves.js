/* View: tokens/s against users at once, as two small pictures on log x: each user's, and all together. Where a
   machine's room ends, so does its line. Across, all is in percent, so letters keep their size on a phone. */

import { picture, svg } from "./svg.js";
import { rateText, wholeText } from "../format.js";
import { gettext } from "../language.js";

const HEIGHT = 236;
const TOP = 26;
const BOTTOM = 200;
const TICKS = [1, 8, 64, 512];
const SIDES = ["lpu", "gpu"];

/** `of(load)` is the value that it draws; `users` are the slider's steps. */
export function curvesOf(id, title, loads, { of, users }) {
  const highest = Math.max(...SIDES.flatMap((side) => loads[side].loads.map(of)));
  const place = placer(users.at(-1), highest);
  const chart = picture(id, title, aboutText(loads, of), { class: "curves", width: "100%", height: HEIGHT });
  const marker = svg("line", { class: "marker", y1: TOP, y2: BOTTOM });
  const dots = Object.fromEntries(SIDES.map((side) => [side, svg("circle", { class: "dot", r: 5, "data-side": side })]));
  const lines = SIDES.flatMap((side) => lineOf(side, loads[side], of, place));
  chart.append(...axes(place, highest), marker, ...lines, ...Object.values(dots));
  return { element: chart, show: (count) => showAt(count, { marker, dots, loads, of, place }) };
}

/** The load of exactly so many users; null where there is no room for them. */
export function loadAt(curve, users) {
  return curve.loads.find((load) => load.users === users) ?? null;
}

/** x in percent of the picture, y in pixels. */
function placer(most, highest) {
  return {
    x: (users) => rounded((100 * Math.log(users)) / Math.log(most)),
    y: (value) => rounded(BOTTOM - ((BOTTOM - TOP) * value) / highest),
  };
}

function axes(place, highest) {
  const ticks = TICKS.flatMap((users) => [
    line("tick", place.x(users), place.x(users), BOTTOM, BOTTOM + 5),
    svg("text", { x: `${place.x(users)}%`, y: BOTTOM + 22, "text-anchor": anchorOf(users) }, users === 1 ? gettext("1 user") : wholeText(users)),
  ]);
  const highestText = svg("text", { x: 0, y: TOP - 8 }, `${rateText(highest)} tokens/s`);
  return [line("axis", 0, 100, BOTTOM, BOTTOM), line("top-line", 0, 100, TOP, TOP), highestText, ...ticks];
}

function line(name, x1, x2, y1, y2) {
  return svg("line", { class: name, x1: `${x1}%`, x2: `${x2}%`, y1, y2 });
}

function anchorOf(users) {
  if (users === TICKS[0]) return "start";
  return users === TICKS.at(-1) ? "end" : "middle";
}

/** The line, stretched to the picture's width, and where its room ends a bar across its end. */
function lineOf(side, { loads, limit }, of, place) {
  const points = loads.map((load) => `${place.x(load.users)},${place.y(of(load))}`).join(" ");
  const stretched = svg(
    "svg",
    { viewBox: `0 0 100 ${HEIGHT}`, preserveAspectRatio: "none", width: "100%", height: HEIGHT, overflow: "visible" },
    svg("polyline", { points, class: "line", "data-side": side, "vector-effect": "non-scaling-stroke" }),
  );
  const last = loads.at(-1);
  const [x, y] = [place.x(last.users), place.y(of(last))];
  const end = line("end", x, x, y - 9, y + 9);
  end.dataset.side = side;
  return limit ? [stretched, end] : [stretched];
}

function showAt(count, { marker, dots, loads, of, place }) {
  const x = `${place.x(count)}%`;
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
  for (const side of SIDES) {
    const load = loadAt(loads[side], count);
    dots[side].setAttribute("visibility", load ? "visible" : "hidden");
    if (!load) continue;
    dots[side].setAttribute("cx", x);
    dots[side].setAttribute("cy", place.y(of(load)));
  }
}

function aboutText(loads, of) {
  return SIDES.map((side) => {
    const { name, loads: points } = loads[side];
    const [first, last] = [points[0], points.at(-1)];
    return gettext("%(machine)s: %(first)s with one user, %(last)s with %(users)s.", {
      machine: name,
      first: rateText(of(first)),
      last: rateText(of(last)),
      users: wholeText(last.users),
    });
  }).join(" ");
}

function rounded(number) {
  return Math.round(number * 100) / 100;
}
