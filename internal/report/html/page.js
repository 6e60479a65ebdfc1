"use strict";
// What is chosen stays when the page is loaded again, as a live one is.
const kept = { ...history.state };
const keep = values => history.replaceState(Object.assign(kept, values), "");

// Shows the findings that hold every word typed, and says how many.
const words = text => text.toLowerCase().split(/\s+/).filter(Boolean);
const filter = document.getElementById("filter");
if (filter) {
  const shown = document.getElementById("shown");
  const findings = [...document.querySelectorAll(".finding")].map(node => ({ node, text: node.textContent.toLowerCase() }));
  filter.parentNode.hidden = false;
  filter.value = kept.words || "";
  filter.addEventListener("input", () => {
    const typed = words(filter.value);
    let count = 0;
    for (const { node, text } of findings) {
      node.hidden = !typed.every(word => text.includes(word));
      if (!node.hidden) count++;
    }
    for (const section of document.querySelectorAll(".grade"))
      section.hidden = !section.querySelector(".finding:not([hidden])");
    shown.textContent = typed.length && findings.length ? `${count} of ${findings.length} findings` : "";
    keep({ words: filter.value });
  });
  filter.dispatchEvent(new Event("input"));
}
