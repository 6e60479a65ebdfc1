// Shows the findings that hold every word typed, and says how many.
(() => {
  const input = document.getElementById("filter");
  if (!input) return;
  const shown = document.getElementById("shown");
  const findings = [...document.querySelectorAll(".finding")].map(node => ({
    node,
    // The catalogue's text is the same for many findings: leave it out.
    text: [...node.querySelectorAll("h3, .in, .title, .source, dl, .stack, .key")].map(n => n.textContent).join(" ").toLowerCase(),
  }));
  input.parentNode.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { node, text } of findings) {
      node.hidden = !words.every(word => text.includes(word));
      if (!node.hidden) count++;
    }
    for (const section of document.querySelectorAll(".grade"))
      section.hidden = !section.querySelector(".finding:not([hidden])");
    shown.textContent = words.length ? `${count} of ${findings.length} shown` : "";
  });
})();
