// The switch between two depths, on pages that have them: plain sentences, exact ones, or both. Without this script both
// are there. What was chosen is kept for all pages, the lab's too (ui/depth.js there has the same names).

const KEY = "byhand-depth";
const DEPTHS = ["plain", "exact", "both"];

/** A browser may refuse to store anything: then both are shown, and a choice lasts as long as the page. */
function chosenDepth() {
  try {
    const stored = localStorage.getItem(KEY) ?? "";
    return DEPTHS.includes(stored) ? stored : "both";
  } catch {
    return "both";
  }
}

function choose(depth) {
  document.documentElement.dataset.depth = depth;
  try {
    localStorage.setItem(KEY, depth);
  } catch {
    return;
  }
}

function depthSwitch() {
  const fieldset = document.createElement("fieldset");
  fieldset.className = "depths";
  fieldset.append(Object.assign(document.createElement("legend"), { textContent: "Explanations" }));
  for (const depth of DEPTHS) {
    const checked = depth === document.documentElement.dataset.depth;
    const button = { type: "radio", name: "depth", value: depth, checked, onchange: () => choose(depth) };
    const label = document.createElement("label");
    label.append(Object.assign(document.createElement("input"), button), depth);
    fieldset.append(label);
  }
  return fieldset;
}

document.documentElement.dataset.depth = chosenDepth();
addEventListener("DOMContentLoaded", () => {
  if (document.querySelector(".depth-exact")) document.querySelector("h1")?.after(depthSwitch());
});
