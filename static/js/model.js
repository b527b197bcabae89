/* START HERE for a model's page: every number that carries an explanation gives it. The page itself is whole
   without this. */

import { Explainer } from "./explain.js";
import { MARKS } from "./explanations.js";

const explainer = new Explainer(document.getElementById("explanation"));

for (const number of document.querySelectorAll("[data-explanation]")) {
  explainer.attach(number, () => {
    const { title, mark, lines } = JSON.parse(number.dataset.explanation);
    return { title, mark: MARKS[mark] ?? mark, lines };
  });
}
