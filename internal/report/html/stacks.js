"use strict";
// Reads the data that stand in the page (stacks.go says what they are), and makes
// elements. All texts come from a dump and may be hostile: they become text nodes.
const data = JSON.parse(document.getElementById("data").textContent);

// rows calls make with each n elements of a flat list.
const rows = (list, n, make) => Array.from({ length: list.length / n }, (_, i) => make(...list.slice(i * n, i * n + n)));

const packages = rows(data.packages, 3, (path, name, standard) => ({ path, name, standard: standard === 1 }));
const functions = rows(data.functions, 2, (pkg, name) => ({ pkg: packages[pkg], name, full: packages[pkg].path + name, short: packages[pkg].name + name }));
const files = rows(data.files, 2, (folder, name) => data.folders[folder] + name);
const frames = rows(data.frames, 3, (fn, file, line) => ({ fn: functions[fn], place: file < 0 ? "" : files[file] + (line > 0 ? ":" + line : "") }));
for (const [i, text] of Object.entries(data.texts || {})) frames[i].text = text;
const noFrame = { fn: { full: "", short: "", name: "", pkg: { path: "" } }, place: "" };

const findings = [...document.querySelectorAll(".finding")];
const groups = data.groups.map((g, i) => ({
  ...g, rank: i, wait: data.waits[g.wait], idle: data.idle[g.idle], finding: findings[g.finding],
  blocked: frames[g.blocked] || noFrame, entry: frames[g.entry] || noFrame, created: frames[g.created],
}));
const total = groups.reduce((sum, g) => sum + g.count, 0) + data.rest.count;

// stackOf returns the numbers of a group's frames, innermost first.
const stackOf = g => {
  const stack = [];
  for (let node = g.leaf; node >= 0; node = data.nodes[2 * node]) stack.push(data.nodes[2 * node + 1]);
  return stack;
};

// hue returns the class that colours a wait.
const hues = [
  [/^chan send/, "send"], [/^chan receive/, "receive"], [/^select/, "select"], [/Mutex|^semacquire|^sync\.runtime/i, "lock"],
  [/WaitGroup|Cond|coroutine/, "join"], [/^(IO wait|syscall)/, "net"], [/^(sleep|timer)/, "sleep"], [/^running/, "run"],
];
const hue = wait => "w-" + (hues.find(([pattern]) => pattern.test(wait)) || [0, "none"])[1];

const number = n => n.toLocaleString("en-US").replace("-", "−");
const plural = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;
const share = n => {
  const percent = 100 * n / (total || 1);
  return percent > 0 && percent < 0.1 ? "under 0.1 %" : `${percent >= 9.95 ? Math.round(percent) : Math.round(percent * 10) / 10} %`;
};

// element makes an element with attributes and children, of which texts become text.
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter(child => child !== undefined && child !== ""));
  return made;
};
const swatch = wait => element("span", { class: "swatch " + hue(wait) });

// trend draws numbers as a line from zero.
const trend = counts => {
  const drawn = document.getElementById("trend").content.cloneNode(true);
  const most = Math.max(1, ...counts);
  drawn.querySelector("polyline").setAttribute("points",
    counts.map((n, i) => `${(1 + 58 * i / (counts.length - 1)).toFixed(1)},${(14.5 - 13 * n / most).toFixed(1)}`).join(" "));
  return drawn;
};

const elided = g => element("li", { class: "elided" }, g.elided > 0 ? `… ${plural(g.elided, "frame")} left out …` : "… frames left out …");

// stackList lists a group's frames, with those of the standard library in grey.
const stackList = g => {
  const items = stackOf(g).map(i => frames[i]).map(({ fn, place, text }) => element("li", {},
    element("code", { class: fn.pkg.standard ? "std" : "own" }, fn.full), element("code", {}, place),
    text ? element("pre", { class: "source" }, text) : ""));
  if (g.elided) items.splice(Math.ceil(items.length / 2), 0, elided(g));
  return element("ol", { class: "stack" }, ...items);
};
