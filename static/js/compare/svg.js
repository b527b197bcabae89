/* SVG elements, without a library. Positions are attributes, colours the stylesheet's. */

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A picture with a name and, for who does not see it, the same in words. */
export function picture(id, title, about, attributes = {}) {
  return svg(
    "svg",
    { role: "img", "aria-labelledby": `${id}-title ${id}-about`, ...attributes },
    svg("title", { id: `${id}-title` }, title),
    svg("desc", { id: `${id}-about` }, about),
  );
}
