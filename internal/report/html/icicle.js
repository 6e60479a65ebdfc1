// The icicle: a flame graph that hangs. On top are all goroutines, beneath them the
// functions that go statements named, and so on down to where they wait. A cell is
// as wide as its share, and has the colour of the wait that most of it is in.
const icicle = (() => {
  const box = document.getElementById("icicle");
  const height = 1.4; // rem, of a cell
  const least = 0.001; // share of the width, of a cell that is drawn
  let root, zoomed, cells = new Map(), onPick = () => {}, onTell = () => {};

  const node = (name, up) => ({ name, up, depth: up ? up.depth + 1 : 0, count: 0, waits: new Map(), groups: [], down: new Map() });
  const add = (at, g) => {
    at.count += g.count;
    at.waits.set(g.wait, (at.waits.get(g.wait) || 0) + g.count);
    at.groups.push(g);
  };

  const noStack = { full: "(no stack)", short: "(no stack)" };

  // grow makes the tree of groups; frames of one function are one cell, whatever
  // the line.
  const grow = (list, rest) => {
    root = node("all goroutines");
    for (const g of list) {
      if (!g.count) continue;
      let at = root;
      add(at, g);
      const stack = stackOf(g).map(i => frames[i].fn).reverse();
      for (const fn of stack.length ? stack : [noStack]) {
        if (!at.down.has(fn)) at.down.set(fn, node(fn.full, at));
        at = at.down.get(fn);
        at.short = fn.short;
        add(at, g);
      }
    }
    if (rest.count) {
      const other = node(plural(rest.groups, "smaller group"), root);
      other.count = rest.count;
      root.count += rest.count;
      root.down.set(other, other);
    }
    sort(root);
  };
  const sort = at => {
    at.below = [...at.down.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    at.below.forEach(sort);
  };

  // most returns the waits of a node, the most frequent first.
  const most = at => [...at.waits].sort((a, b) => b[1] - a[1]);
  // label is read out: it has what the cell shows in it.
  const named = at => !at.short || at.name.includes(at.short) ? at.name : `${at.short}, ${at.name}`;
  const label = at => `${named(at)}, ${plural(at.count, "goroutine")}, ${share(at.count)}`;

  // draw puts the zoomed node over the whole width, those above it on top.
  const draw = () => {
    cells = new Map();
    let hidden = 0, deepest = 0;
    const cell = (at, left, width) => {
      const wait = at.up ? (most(at)[0] || [""])[0] : "";
      const made = element("div", { role: "treeitem", class: `cell ${hue(wait)}`, tabindex: -1, "aria-level": at.depth + 1, "aria-label": label(at) }, at.short || at.name);
      if (at.depth < zoomed.depth) made.classList.add("above");
      if (width * box.clientWidth < 24) made.classList.add("thin");
      Object.assign(made.style, { top: `${at.depth * height}rem`, left: `${left * 100}%`, width: `${width * 100}%` });
      if (at.below.length) made.setAttribute("aria-expanded", "true");
      cells.set(at, made);
      made.node = at;
      deepest = Math.max(deepest, at.depth);
    };
    for (let at = zoomed; at.up; at = at.up) cell(at.up, 0, 1);
    const place = (at, left) => {
      const width = at.count / (zoomed.count || 1);
      if (width < least) return hidden++, undefined;
      cell(at, left, width);
      for (const one of at.below) {
        place(one, left);
        left += one.count / (zoomed.count || 1);
      }
    };
    place(zoomed, 0);
    const tall = element("div", { class: "tall" });
    tall.style.height = `${(deepest + 1) * height}rem`;
    // In the order of the tree, so that a screen reader goes down it.
    box.replaceChildren(tall, ...cells.values());
    cells.get(zoomed).tabIndex = 0;
    document.getElementById("drawn").textContent = hidden
      ? `${plural(hidden, "cell")} of less than a thousandth of the width, and what is beneath, ${hidden === 1 ? "is" : "are"} not drawn: choose a cell to look closer.` : "";
  };

  const pick = (at, focus) => {
    zoomed = at;
    draw();
    tell(at);
    if (focus) cells.get(at).focus();
    onPick();
  };
  // told is what stands above the icicle: the cell under the pointer or in focus.
  const tell = at => {
    const waits = most(at).slice(0, 3).map(([wait, n]) => `${number(n)} ${wait}`);
    onTell(at.name, [plural(at.count, "goroutine"), share(at.count) + " of all", ...waits].join(" · "));
  };

  // Arrows go up, down and to the sides; Enter looks closer, Escape goes back.
  const next = (at, key) => {
    const side = by => at.up && at.up.below[at.up.below.indexOf(at) + by];
    switch (key) {
      case "ArrowUp": return at.up;
      case "ArrowDown": return at.below[0];
      case "ArrowLeft": return side(-1);
      case "ArrowRight": return side(1);
      case "Home": return root;
    }
  };
  box.addEventListener("keydown", event => {
    const at = event.target.node;
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") pick(at, true);
    else if (event.key === "Escape") pick(zoomed.up || root, true);
    else {
      const to = cells.get(next(at, event.key));
      if (!to) return;
      cells.get(at).tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    }
    event.preventDefault();
  });
  box.addEventListener("click", event => event.target.node && pick(event.target.node, true));
  box.addEventListener("mouseover", event => event.target.node && tell(event.target.node));
  box.addEventListener("mouseleave", () => tell(zoomed));
  box.addEventListener("focusin", event => event.target.node && tell(event.target.node));

  return {
    // show draws groups, zoomed to the function that the path of names leads to.
    show(list, rest, path) {
      grow(list, rest);
      zoomed = root;
      for (const name of path) zoomed = zoomed.below.find(one => one.name === name) || zoomed;
      draw();
      tell(zoomed);
    },
    // mark greys what no chosen group is on, and frames the functions that are named.
    mark(chosen, isNamed) {
      for (const [at, cell] of cells) {
        const miss = chosen !== undefined && !at.groups.some(g => chosen.has(g));
        cell.classList.toggle("miss", miss);
        cell.classList.toggle("hit", !miss && at.up !== undefined && isNamed(at.name));
      }
    },
    path() {
      const names = [];
      for (let at = zoomed; at.up; at = at.up) names.unshift(at.name);
      return names;
    },
    zoomed: () => zoomed,
    out: () => pick(root, false),
    handle(pick, tell) { [onPick, onTell] = [pick, tell]; },
  };
})();
