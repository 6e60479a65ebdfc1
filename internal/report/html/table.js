// The table of groups: sorted by any column, a page at a time; a row opens its
// stack and labels.
const table = (() => {
  const box = document.getElementById("groups");
  const more = document.getElementById("more");
  const step = 50;
  let limit = step, list = [], open = new Set(), order = {}, onSort = () => {};

  const ageOf = g => g.age ? (g.age[0] < g.age[1] ? `${number(g.age[0])}–${number(g.age[1])} min` : `${number(g.age[0])} min`) : "";
  // near shortens the names of files outside the module; the open row has them whole.
  const near = place => {
    const parts = place.split(/[/\\]/);
    return /^([/\\]|[A-Za-z]:)/.test(place) && parts.length > 3 ? "…/" + parts.slice(-2).join("/") : place;
  };
  const by = g => g.created ? [g.created.fn.short, g.created.place] : [g.entry.fn.short, ""];
  const change = g => !g.counts ? [] : g.counts.every(n => n === g.count) ? ["0"] : [trend(g.counts), " ", (g.change > 0 ? "+" : "") + number(g.change || 0)];
  const placeOf = g => {
    const made = [element("button", { type: "button", class: "open-it", "aria-expanded": "false" }, element("code", {}, g.blocked.fn.short || "(no stack)"))];
    if (g.blocked.place) made.push(element("span", { class: "under" }, element("code", {}, near(g.blocked.place))));
    if (g.idle) made.push(element("span", { class: "under" }, "idle: " + g.idle));
    return made;
  };
  const waitOf = g => {
    const made = [swatch(g.wait), g.wait];
    if (g.leaked) made.push(" ", element("span", { class: "mark proven" }, g.leaked < g.count ? `${number(g.leaked)} leaked` : "leaked"));
    return made;
  };
  const startOf = g => {
    const [name, place] = by(g);
    return [element("code", {}, name), ...(place ? [element("span", { class: "under" }, element("code", {}, near(place)))] : [])];
  };

  // A column has a name, the class of its cells, what they show, and what they
  // sort by; numbers start with the greatest.
  const columns = [
    { name: "Count", css: "n count", show: g => [number(g.count)], key: g => g.count },
    { name: "Wait", css: "wait-of", show: waitOf, key: g => g.wait },
    { name: "Blocked in", css: "place", show: placeOf, key: g => g.blocked.fn.short },
    { name: groups.some(g => g.created) ? "Started by" : "Entry", css: "by", show: startOf, key: g => by(g)[0] },
    { name: "Age", css: "n", show: g => [ageOf(g)], key: g => g.age ? g.age[1] : -1, has: g => g.age },
    { name: "Change", css: "n change", show: change, key: g => g.change || 0, has: g => g.counts },
  ].filter(column => !column.has || groups.some(column.has));
  const numeric = column => column.css.startsWith("n");

  const sorted = () => {
    const column = columns.find(({ name }) => name === order.by);
    if (!column) return list;
    const sign = order.up ? 1 : -1;
    const compare = numeric(column) ? (a, b) => a - b : (a, b) => a < b ? -1 : a > b ? 1 : 0;
    return [...list].sort((a, b) => sign * compare(column.key(a), column.key(b)) || a.rank - b.rank);
  };

  // pairs lists names with what they stand for.
  const facts = g => {
    const pairs = [];
    if (g.created) pairs.push(["started", element("code", {}, `${g.created.place} by ${g.created.fn.full}`)]);
    if (g.age) pairs.push(["age", `${ageOf(g)}${g.age[2] < g.count ? `, shown by ${number(g.age[2])} of ${number(g.count)}` : ""}`]);
    for (const { key, values, rest } of g.labels || []) {
      const shown = rows(values, 2, (value, n) => element("span", { class: "value" }, element("code", {}, value || "(empty)"), ` ${number(n)}`));
      pairs.push([key, element("span", {}, ...shown, rest ? `and ${number(rest)} more` : "")]);
    }
    return pairs.length ? element("dl", { class: "labels" }, ...pairs.flatMap(([name, what]) => [element("dt", {}, name), element("dd", {}, what)])) : "";
  };
  const detail = g => {
    const cell = element("td", { colspan: columns.length, role: "cell" }, stackList(g), facts(g));
    if (g.finding) {
      const go = element("button", { type: "button" }, "Show its finding");
      go.addEventListener("click", () => { g.finding.hidden = g.finding.parentNode.hidden = false; g.finding.focus(); g.finding.scrollIntoView(); });
      cell.append(go);
    }
    return element("tr", { class: "detail", role: "row" }, cell);
  };

  const row = g => {
    const made = element("tr", { class: g.idle ? "row idle" : "row", role: "row" },
      ...columns.map(column => element("td", { class: column.css, role: "cell", "data-name": column.name.toLowerCase() }, ...column.show(g))));
    const button = made.querySelector(".open-it");
    const set = opened => {
      made.classList.toggle("open", opened);
      button.setAttribute("aria-expanded", opened);
      if (opened) open.add(g), made.after(detail(g));
      else if (open.delete(g)) made.nextSibling.remove();
    };
    // The whole row is a target for the pointer, unless text is being selected.
    made.addEventListener("click", () => getSelection().isCollapsed && set(!open.has(g)));
    return { made, open: () => open.has(g) && set(true) };
  };

  const head = () => element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...columns.map(column => {
    const button = element("button", { type: "button" }, column.name);
    const cell = element("th", { scope: "col", role: "columnheader", class: numeric(column) ? "n" : "" }, button);
    if (order.by === column.name) cell.setAttribute("aria-sort", order.up ? "ascending" : "descending");
    button.addEventListener("click", () => {
      order = order.by === column.name ? { by: column.name, up: !order.up } : { by: column.name, up: !numeric(column) };
      draw();
      [...box.querySelectorAll("th button")].find(one => one.textContent === column.name).focus();
      onSort(order);
    });
    return cell;
  })));

  const draw = () => {
    const shown = sorted().slice(0, limit).map(row);
    box.replaceChildren(head(), element("tbody", { role: "rowgroup" }, ...shown.map(one => one.made)));
    for (const one of shown) one.open();
    more.hidden = list.length <= limit;
    more.textContent = `Show ${number(Math.min(step * 4, list.length - limit))} more of ${number(list.length)}`;
  };
  more.addEventListener("click", () => {
    const first = limit;
    limit += step * 4;
    draw();
    // The first new row, for whoever has no pointer.
    box.querySelectorAll(".open-it")[first].focus();
  });
  box.setAttribute("role", "table");
  box.setAttribute("aria-label", "Groups of goroutines");

  return {
    show(chosen) {
      list = chosen;
      limit = step;
      draw();
    },
    start(kept, sort) {
      order = kept || {};
      onSort = sort;
    },
  };
})();
