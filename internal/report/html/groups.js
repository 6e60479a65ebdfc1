// Joins the search field, the waits, the icicle and the table: the waits and the
// idle ones that are switched off are gone from both, the icicle's zoom and the
// words typed choose the rows, and the words mark the icicle's cells.
{
  const off = new Set(kept.off || []);
  const picked = document.getElementById("picked");
  const idle = "idle"; // no wait has this name

  // haystack returns what of a group, besides its frames, words are looked for in.
  const haystack = groups.map(g => [g.wait, g.idle ? "idle " + g.idle : "", g.leaked ? "leaked" : "",
    g.created ? g.created.fn.full + " " + g.created.place : "",
    ...(g.labels || []).flatMap(l => [l.key, ...l.values])].join("\n").toLowerCase());
  const frameTexts = frames.map(f => `${f.fn.full}\n${f.place}`.toLowerCase());

  // matching returns the groups that have every word somewhere.
  const matching = (list, typed) => typed.reduce((left, word) => {
    const hit = frameTexts.map(text => text.includes(word));
    return left.filter(g => haystack[g.rank].includes(word) || stackOf(g).some(i => hit[i]));
  }, list);

  const on = g => !off.has(g.wait) && !(g.idle && off.has(idle));
  const goroutines = list => list.reduce((sum, g) => sum + g.count, 0);

  // choose fills the table and marks the icicle.
  const choose = () => {
    const typed = words(filter.value);
    const zoomed = icicle.zoomed();
    const under = zoomed.up ? zoomed.groups : groups.filter(on);
    const list = matching(under, typed).sort((a, b) => a.rank - b.rank);
    icicle.mark(typed.length ? new Set(matching(groups.filter(on), typed)) : undefined,
      name => typed.some(word => name.toLowerCase().includes(word)));
    table.show(list);
    picked.replaceChildren(`${plural(list.length, "group")} with ${plural(goroutines(list), "goroutine")}`);
    if (zoomed.up) {
      const out = element("button", { type: "button" }, "Show all");
      out.addEventListener("click", () => { icicle.out(); filter.focus(); });
      picked.append(" under ", element("code", {}, zoomed.short || zoomed.name), out);
    }
    keep({ path: icicle.path() });
  };
  const draw = path => {
    icicle.show(groups.filter(on), off.size ? { count: 0 } : data.rest, path);
    choose();
  };

  // The legend is the choice of waits.
  const legend = () => {
    const counts = new Map();
    for (const g of groups) counts.set(g.wait, (counts.get(g.wait) || 0) + g.count);
    const toggle = (key, ...children) => {
      const button = element("button", { type: "button", "aria-pressed": String(!off.has(key)) }, ...children);
      button.addEventListener("click", () => {
        off.has(key) ? off.delete(key) : off.add(key);
        button.setAttribute("aria-pressed", String(!off.has(key)));
        keep({ off: [...off] });
        draw(icicle.path());
      });
      return button;
    };
    const box = document.getElementById("waits");
    for (const [wait, n] of [...counts].filter(([, n]) => n).sort((a, b) => b[1] - a[1])) box.append(toggle(wait, swatch(wait), `${wait || "unknown"} ${number(n)}`));
    const aside = groups.filter(g => g.idle);
    if (aside.length) box.append(toggle(idle, `idle by rule ${number(goroutines(aside))}`));
  };

  // A finding shows the stack of its largest group, and leads to all of them.
  const stacks = () => {
    for (const finding of findings) {
      const box = finding.querySelector(".stacks");
      const own = groups.filter(g => g.finding === finding && g.count).sort((a, b) => b.count - a.count);
      if (!box || !own.length) continue;
      const details = element("details", {}, element("summary", {},
        own.length > 1 ? `Stack of ${number(own[0].count)}; ${plural(own.length - 1, "other stack")} among the groups` : `Stack, ${plural(stackOf(own[0]).length, "frame")}`));
      details.addEventListener("toggle", () => details.children.length < 2 && details.append(stackList(own[0])));
      box.append(details);
    }
  };

  document.getElementById("ages").hidden = !groups.some(g => g.age);
  table.start(kept.order, order => keep({ order }));
  icicle.handle(choose, (name, rest) => document.getElementById("told").replaceChildren(element("b", {}, name), element("br"), rest));
  legend();
  stacks();
  filter.addEventListener("input", choose);
  draw(kept.path || []);
}
