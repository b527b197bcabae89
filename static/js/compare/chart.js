/* View: the output speed of each lane as a bar, on one scale that begins at nothing. Widths are shares of the
   picture's, so letters keep their size on a phone. */

import { picture, svg } from "./svg.js";
import { markText } from "../format.js";
import { gettext } from "../language.js";

const ROW_PX = 52;
const BAR_PX = 18;
const WIDEST_PERCENT = 64; // the rest is for the figure beside the longest bar
const TITLE = gettext("Output speed, tokens/s");

export function chartOf({ rows, isReplay }) {
  const caption = document.createElement("figcaption");
  caption.textContent = isReplay ? gettext("Output speed, tokens/s, replay") : TITLE;
  const about = rows.map((row) => gettext("Lane %(lane)s, %(name)s: %(value)s", { lane: row.number, name: nameOf(row), value: valueOf(row) })).join(gettext("; "));
  const chart = picture("chart-svg", TITLE, gettext("%(about)s.", { about }), { class: "bars", width: "100%", height: rows.length * ROW_PX });
  const shares = sharesOf(rows);
  rows.forEach((row, i) => chart.append(...barOf(row, shares[i], i * ROW_PX)));
  return [caption, chart];
}

/** Of the longest bar; 0 where there is no rate. */
export function sharesOf(rows) {
  const rates = rows.map(({ figures }) => figures.output_tokens_per_s?.value ?? 0);
  const longest = Math.max(...rates, Number.MIN_VALUE);
  return rates.map((rate) => rate / longest);
}

export function nameOf({ hardware, model }) {
  return gettext("%(model)s, %(hardware)s", { model, hardware });
}

export function valueOf({ figures, mark }) {
  return figures.output_tokens_per_s?.value ? `${figures.output_tokens_per_s.text} ${markText(mark)}` : "–";
}

function barOf(row, share, top) {
  const width = share * WIDEST_PERCENT;
  return [
    svg("text", { x: 0, y: top + 14 }, `${row.number} · ${nameOf(row)}`),
    svg("rect", { x: 0, y: top + 21, width: `${width}%`, height: BAR_PX, rx: 3, "data-side": row.side }),
    svg("text", { x: `${width + 1.5}%`, y: top + 21 + 14, class: "value" }, valueOf(row)),
  ];
}
