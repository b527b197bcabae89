/* A result → a picture to keep: which race it was, a bar and the figures of each lane with its mark and source,
   and the site's own sentence under it. Drawn with the page's colours. */

import { nameOf, sharesOf } from "./chart.js";
import { markText } from "../format.js";
import { gettext } from "../language.js";

const WIDTH = 1200;
const MARGIN = 56;
const SCALE = 2; // for sharp letters
const INNER = WIDTH - 2 * MARGIN;
const BAR_SHARE = 0.62;
const WORDS = /([ \t\r\n]*)(\p{Script=Han}\p{P}*|[^ \t\r\n\p{Script=Han}]+)/gu; // a blank, and what must stay together

/** A canvas; `sentences` are the comparisons, `foot` the site's sentence. */
export function pictureOf(result, sentences, foot) {
  const height = new Sheet(null).draw(result, sentences, foot);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = colour("--page");
  pen.fillRect(0, 0, WIDTH, height);
  new Sheet(pen).draw(result, sentences, foot);
  return canvas;
}

export function titleOf({ isReplay }) {
  return isReplay ? gettext("A race of models and machines · replay") : gettext("A race of models and machines");
}

export function whichText({ at, about }) {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC · ${about}`;
}

export function rowTexts({ figures, users, meanwhile, isWhole, end, count, total, mark, source, costAbout }) {
  const known = (id, sentence) => ((figures[id]?.value ?? null) === null ? [] : [sentence(figures[id])]);
  const facts = [
    ...known("end_to_end_tokens_per_s", ({ text }) => gettext("end to end %(rate)s tokens/s", { rate: text })),
    ...known("ttft_s", ({ text }) => gettext("first token %(time)s", { time: text })),
    ...known("total_s", (figure) => totalText(figure, mark)),
    ...known("joules_per_token", ({ text }) => gettext("%(energy)s J per token", { energy: text })),
    ...known("usd_per_million_tokens", ({ text, note }) => gettext("%(price)s per million tokens, %(note)s", { price: text, note })),
    gettext("users: %(users)s", { users }),
    ...(meanwhile ? [meanwhile] : []),
    ...(isWhole ? [] : [gettext("%(end)s: %(part)s of %(all)s tokens", { end, part: count, all: total })]),
  ];
  const sources = [gettext("%(mark)s: %(source)s.", { mark: markText(mark), source })];
  if (costAbout) sources.push(gettext("Costs assume %(about)s.", { about: costAbout }));
  return { facts: facts.join(" · "), source: sources.join(" ") };
}

/** With its mark, where that is another than the row's. */
function totalText({ text, mark }, rowsMark) {
  if (mark === rowsMark) return gettext("total %(time)s", { time: text });
  return gettext("total %(time)s, %(mark)s", { time: text, mark: markText(mark) });
}

/** Writes from top to bottom. Without a pen it only finds how long the sheet is. */
class Sheet {
  #pen;
  #ruler;
  #y = MARGIN;

  constructor(pen) {
    this.#pen = pen;
    this.#ruler = pen ?? document.createElement("canvas").getContext("2d");
  }

  /** The height that it takes. */
  draw(result, sentences, foot) {
    this.#write(titleOf(result), { size: 34, weight: 600, colour: "--text" });
    this.#write(`“${result.prompt}”`, { size: 20, colour: "--text", gap: 14 });
    this.#write(whichText(result), { size: 15, gap: 8 });
    this.#y += 20;
    const shares = sharesOf(result.rows);
    result.rows.forEach((row, i) => this.#row(row, shares[i]));
    this.#y += 16;
    for (const sentence of sentences) this.#write(sentence, { size: 16, colour: "--text", gap: 6 });
    this.#write(foot, { size: 13, gap: 24 });
    return this.#y + MARGIN;
  }

  #row(row, share) {
    const { facts, source } = rowTexts(row);
    const speed = row.figures.output_tokens_per_s;
    const value = speed?.value ? `${speed.text} tokens/s ${markText(row.mark)}` : "–";
    this.#write(`${row.number} · ${nameOf(row)}${row.place ? ` · ${row.place}` : ""}`, { size: 18, weight: 600, colour: "--text", gap: 26 });
    this.#bar(share, row.side, value);
    this.#write(facts, { size: 15, colour: "--text", gap: 8 });
    this.#write(source, { size: 13, gap: 2 });
  }

  #bar(share, side, value) {
    const width = Math.max(2, share * INNER * BAR_SHARE);
    if (this.#pen) {
      this.#pen.fillStyle = colour(side === "other" ? "--edge" : `--${side}`);
      this.#pen.fillRect(MARGIN, this.#y + 8, width, 22);
    }
    this.#line(value, MARGIN + width + 12, this.#y + 25, { size: 18, weight: 600, colour: "--text" });
    this.#y += 34;
  }

  #write(text, style) {
    this.#y += style.gap ?? 0;
    this.#font(style);
    for (const line of this.#lines(text)) {
      this.#y += Math.round(style.size * 1.35);
      this.#line(line, MARGIN, this.#y - Math.round(style.size * 0.3), style);
    }
  }

  #line(text, x, y, style) {
    if (!this.#pen) return;
    this.#font(style);
    this.#pen.fillStyle = colour(style.colour ?? "--soft");
    this.#pen.fillText(text, x, y);
  }

  #font({ size, weight = 400 }) {
    this.#ruler.font = `${weight} ${size}px system-ui, sans-serif`;
  }

  /** Broken at blanks and between Chinese characters; a word that alone is too long is broken where it must. */
  #lines(text) {
    const lines = [""];
    for (const [, blank, word] of text.matchAll(WORDS)) {
      const joined = `${lines.at(-1)}${lines.at(-1) === "" || blank === "" ? "" : " "}${word}`;
      if (this.#fits(joined)) lines[lines.length - 1] = joined;
      else lines.push(...this.#pieces(word));
    }
    return lines.filter((line) => line !== "");
  }

  #pieces(word) {
    const pieces = [""];
    for (const letter of word) {
      if (this.#fits(pieces.at(-1) + letter)) pieces[pieces.length - 1] += letter;
      else pieces.push(letter);
    }
    return pieces;
  }

  #fits(text) {
    return this.#ruler.measureText(text).width <= INNER;
  }
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
