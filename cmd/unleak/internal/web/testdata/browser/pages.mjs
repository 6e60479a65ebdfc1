// Drives the pages that browser_test.go writes, which also says what they must show.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const facts = JSON.parse(process.argv[2]);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: facts.chromium, args: ["--no-sandbox"] });

let passed = 0, failed = 0;
const check = async (name, body) => {
  try {
    await body();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.stack}`);
  }
};

// open opens pages, one after the other, and fails the body's check if one asks for
// anything but itself, complains, or runs what came from a dump.
const open = async (names, options, body) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  let url;
  page.on("request", request => request.url() !== url && wrong.push(`request to ${request.url()}`));
  page.on("console", message => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", error => wrong.push(`error: ${error.message}`));
  page.on("dialog", dialog => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  try {
    for (const name of [names].flat()) {
      url = name.includes("://") ? name : `file://${facts.dir}/${name}.html`;
      await page.goto(url);
      await body(page, wrong, name);
      assert.deepEqual(wrong, [], name);
    }
  } finally {
    await context.close();
  }
};

const rows = page => page.locator("#groups .row");
const counts = page => page.locator("#groups .row .count").allTextContents().then(all => all.map(text => +text.replaceAll(",", "")));
const cells = page => page.locator("#icicle [role=treeitem]");
const cell = (page, name) => page.locator(`#icicle [role=treeitem][aria-label^="${name},"]`);
const picked = page => page.locator("#picked").textContent();
// unfold opens what can be opened, of the table the first rows.
const unfold = page => page.evaluate(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const button of [...document.querySelectorAll(".open-it[aria-expanded=false]")].slice(0, 4)) button.click();
});
const comma = n => n.toLocaleString("en-US");

await check("all groups are in the table, in the order of the stream", () => open("service", {}, async page => {
  assert.match(await picked(page), new RegExp(`^${facts.service.groups} groups with ${comma(facts.service.goroutines)} goroutines$`));
  assert.equal(await rows(page).count(), 50);
  await page.click("#more");
  assert.equal(await rows(page).count(), 250);
  assert.equal(await page.evaluate(() => document.activeElement.closest("tr").rowIndex), 51);
  await page.click("#more");
  assert.deepEqual((await counts(page)).sort((a, b) => b - a), facts.service.counts);
  assert.ok(await page.locator("#more").isHidden());
}));

await check("columns sort", () => open("service", {}, async page => {
  const sort = name => page.click(`#groups th button:text-is("${name}")`);
  await sort("Count");
  assert.deepEqual(await counts(page), facts.service.counts.slice(0, 50));
  assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Count");
  await sort("Count");
  assert.deepEqual(await counts(page), facts.service.counts.toReversed().slice(0, 50));
  await sort("Wait");
  const waits = await page.locator("#groups .row .wait-of").allTextContents();
  assert.deepEqual(waits, [...waits].sort());
  await sort("Age");
  assert.match(await rows(page).first().textContent(), /1–412 min/);
}));

await check("the search field chooses rows and findings, and marks cells", () => open("service", {}, async page => {
  await page.fill("#filter", "PGX acme");
  assert.match(await page.locator("#shown").textContent(), /^0 of 3 findings$/);
  const [, groups] = (await picked(page)).match(/^(\d+) groups/);
  assert.ok(groups > 10 && groups < 100, groups);
  assert.equal(await page.locator(".cell.hit.miss").count(), 0);
  assert.ok(await page.locator(".cell.hit").count() > 0);
  assert.ok((await page.locator(".cell.hit").evaluateAll(all => all.map(one => one.ariaLabel))).every(name => name.includes("pgx")));
  assert.match(await cell(page, "example.com/shop/notify.(*Hub).Broadcast.func1").getAttribute("class"), /miss/);
  await page.fill("#filter", "no such thing");
  assert.equal(await rows(page).count(), 0);
  await page.fill("#filter", "hub.go:63");
  assert.equal(await rows(page).count(), 1);
  assert.match(await page.locator("#shown").textContent(), /^1 of 3 findings$/);
  await page.fill("#filter", "");
  assert.equal(await page.locator(".cell.hit, .cell.miss").count(), 0);
}));

await check("a row opens its stack and labels, and leads to its finding", () => open("service", {}, async page => {
  const button = page.locator("#groups .open-it").first();
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  const detail = page.locator("#groups .detail");
  assert.match(await detail.textContent(), /example\.com\/shop\/notify\.\(\*Hub\)\.Broadcast\.func1notify\/hub\.go:63.*tenantacme 5,210/s);
  await detail.locator("button").click();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.number), "0");
  await rows(page).first().click();
  assert.equal(await detail.count(), 0);
  await page.click(".finding .stacks summary");
  assert.match(await page.locator(".finding .stacks li").first().textContent(), /Broadcast\.func1/);
}));

await check("the icicle has a cell for each call, and looks closer", () => open("service", {}, async page => {
  assert.equal(await cells(page).count(), facts.service.cells);
  for (const name of facts.zoomed.path) await cell(page, name).click();
  assert.equal(await cells(page).count(), facts.zoomed.cells);
  assert.match(await picked(page), new RegExp(`^${facts.zoomed.groups} groups with ${comma(facts.zoomed.goroutines)} goroutines under`));
  const { width } = await cell(page, facts.zoomed.path.at(-1)).boundingBox();
  assert.ok(width > 1150, width);
  await page.click("#picked button");
  assert.equal(await cells(page).count(), facts.service.cells);
  const widths = await page.evaluate(() => [...document.querySelectorAll("#icicle [aria-level='2']")].map(one => one.getBoundingClientRect().width / one.parentNode.clientWidth));
  assert.ok(Math.abs(widths[0] - 9000 / facts.service.goroutines) < 0.002, widths[0]);
}));

await check("the icicle goes by the keyboard", () => open("service", {}, async page => {
  await cells(page).first().focus();
  const at = () => page.evaluate(() => document.activeElement.ariaLabel.split(",")[0]);
  assert.equal(await at(), "all goroutines");
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), "example.com/shop/notify.(*Hub).Broadcast.func1");
  assert.match(await page.locator("#told").textContent(), /9,000 goroutines · 60 % of all · 9,000 chan send/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await at(), "net/http.(*conn).serve");
  await page.keyboard.press("Enter");
  assert.equal(await at(), "net/http.(*conn).serve");
  assert.equal((await page.locator("#picked code").textContent()), "http.(*conn).serve");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  assert.equal(await at(), "all goroutines");
  assert.equal(await cells(page).count(), facts.service.cells);
  assert.equal(await page.locator("#icicle [tabindex='0']").count(), 1);
}));

await check("waits can be switched off", () => open("service", {}, async page => {
  await page.click("#waits button:has-text('chan send')");
  assert.equal(await cell(page, "example.com/shop/notify.(*Hub).Broadcast.func1").count(), 0);
  assert.match(await picked(page), new RegExp(comma(facts.service.goroutines - 9000)));
  await page.click("#waits button:has-text('idle by rule')");
  assert.equal(await page.locator("#groups .row.idle").count(), 0);
  // What is chosen stays when the page is loaded again.
  await page.reload();
  assert.equal(await page.locator("#waits button[aria-pressed=false]").count(), 2);
  assert.equal(await cell(page, "example.com/shop/notify.(*Hub).Broadcast.func1").count(), 0);
}));

await check("5,000 groups stay usable, and what is missing is said", () => open("large", {}, async page => {
  assert.match(await page.locator("#goroutines").textContent(), /[\d,]+ groups with [\d,]+ goroutines have no stack here/);
  assert.match(await page.locator("#icicle [aria-level='2']").allTextContents().then(all => all.join()), /smaller groups/);
  const start = Date.now();
  await page.fill("#filter", "pgx acme");
  console.log(`     a search took ${Date.now() - start} ms, ${await cells(page).count()} cells`);
  assert.ok(await page.locator(".cell.hit").count() > 0);
}));

const hostile = Array.from({ length: facts.hostile }, (_, i) => `hostile${i}`);
await check("hostile names do nothing", () => open(hostile, {}, async page => {
  assert.equal(await page.locator("script").count(), 3);
  assert.equal(await page.locator("img, a[href^='javascript'], iframe, body [onload], body [onerror], body [onmouseover]").count(), 0);
  await rows(page).first().click();
  await unfold(page);
  await cells(page).last().click();
  await page.fill("#filter", "script");
  await page.fill("#filter", "");
  assert.ok(await page.locator("#groups .detail .stack li, .stacks .stack li").count() > 0);
}));

await check("a test run's page has its findings and no more", () => open("test", {}, async page => {
  assert.equal(await page.locator("#goroutines, #counted, .facts").count(), 0);
  const all = await page.locator(".finding").count();
  await page.fill("#filter", "ticker");
  assert.equal(await page.locator(".finding:visible").count(), 1);
  assert.equal(await page.locator("#shown").textContent(), `1 of ${all} findings`);
  await page.click(".finding:visible .about");
  assert.ok(await page.locator("#about-ticker").isVisible());
}));
await check("a page of a stack that nothing is known of", () => open("bare", {}, async page => {
  assert.equal(await rows(page).count(), 1);
  assert.deepEqual(await cells(page).allTextContents(), ["all goroutines", "(no stack)"]);
  await rows(page).first().click();
}));
await check("a clean page loads", () => open("clean", {}, page => page.locator("h1").waitFor()));

for (const width of [390, 320])
  await check(`nothing is wider than a screen of ${width} px`, () => open(["service", "test", "hostile0"], { viewport: { width, height: 800 } }, async (page, _, name) => {
    await unfold(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, name);
  }));

// Axe runs without the page's policy, which would refuse it.
for (const colorScheme of ["light", "dark"]) for (const width of [1280, 390])
  await check(`contrast, labels and roles in ${colorScheme} colours at ${width} px`, () => open(["service", "test"], { colorScheme, bypassCSP: true, viewport: { width, height: 900 } }, async (page, _, name) => {
    await unfold(page);
    if (name === "service") {
      await page.click("#waits button:has-text('running')");
      await cell(page, "net/http.(*conn).serve").click();
      await page.fill("#filter", "database o");
    }
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(violations.map(one => `${name} ${one.id}: ${one.nodes.length} like ${one.nodes[0].html.slice(0, 200)}; ${one.nodes[0].failureSummary}`), []);
  }));

await check("a live page loads itself again, and keeps what was typed", () => open(facts.live, {}, async (page, wrong) => {
  assert.equal(await page.evaluate(() => document.body.dataset.look), "1");
  await page.fill("#filter", "mutex");
  await page.click("#groups th button:text-is('Count')");
  await page.waitForFunction(() => document.body.dataset.look === "2", undefined, { timeout: 30000 });
  assert.equal(await page.inputValue("#filter"), "mutex");
  assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Count");
  assert.deepEqual(wrong.splice(0), []);
  await page.context().setOffline(true);
  await page.locator("#live:has-text('no longer answers')").waitFor({ timeout: 15000 });
  wrong.length = 0; // the browser says that it was offline
}));

if (facts.picture) await check("a picture", () => open("service", { viewport: { width: 1280, height: 1000 } }, async page => {
  await page.evaluate(() => document.getElementById("goroutines").scrollIntoView());
  await page.screenshot({ path: facts.picture });
}));

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
