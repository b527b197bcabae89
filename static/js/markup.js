/* HTML of finished blocks → elements. The one place where text becomes markup: HTML from this server's own
   socket, which has sanitised it. The page's policy allows no other. */

const policy = window.trustedTypes?.createPolicy("answer", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

export function elementsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}
