// The pages that turnup writes as files: report.html, the page of a plan, the evidence of a customer.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LOOKS, axe, copySample, finish, launch, look, test, turnup, workspace } from "./browser.mjs";

const HOSTILE = {
  script: "<script>alert(1)</script>",
  formula: '=HYPERLINK("http://x.example")',
  turned: "\u202eevil\u200b",
  image: "<img src=x onerror=alert(1)>",
};
const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;

/** The sample with wrong and hostile cells, run against the simulator. */
const reviewed = () => {
  const folder = workspace();
  copySample("acme", folder);
  const lines = readFileSync(join(folder, "users.csv"), "utf8").trimEnd().split(/\r?\n/);
  const change = (at, wrong, right) => { lines[at] = lines[at].replace(wrong, right); };
  for (let at = 20; at < 32; at += 1) change(at, "@", " at ");
  const cells = lines[0].replace("\ufeff", "").split(",");
  const put = (at, column, value) => {
    const parts = lines[at].split(",");
    parts[cells.indexOf(column)] = quoted(value);
    lines[at] = parts.join(",");
  };
  put(40, "first_name", HOSTILE.script);
  put(41, "first_name", HOSTILE.formula);
  put(42, "last_name", HOSTILE.turned);
  put(43, "email", HOSTILE.image);
  writeFileSync(join(folder, "users.csv"), lines.join("\n") + "\n");
  const ran = turnup(folder, "run", "--yes", "--simulate");
  assert.equal(ran.code, 3, ran.err + ran.out);
  return folder;
};

/** Does something that draws the table anew, and waits for that; gives back how long it took. */
const drawn = async (page, act) => {
  const before = await page.evaluate(() => document.documentElement.dataset.drawn);
  const from = performance.now();
  await act();
  await page.waitForFunction((known) => document.documentElement.dataset.drawn !== known, before);
  return performance.now() - from;
};

const browser = await launch();
const folder = reviewed();
const written = (name, ...args) => {
  const file = join(folder, name);
  writeFileSync(file, turnup(folder, ...args).out);
  return pathToFileURL(file).href;
};
const url = written("en.html", "report", "--format", "html");
const desk = { width: 1280, colorScheme: "light" };
const pages = {
  "report.html": url,
  "report.html in Portuguese": written("pt.html", "report", "--format", "html", "--lang", "pt-BR"),
  "a plan": written("plan.html", "plan", "--format", "html"),
  "the evidence of a customer": written("evidence.html", "report", "--customer", "acme-001", "--format", "html"),
};

for (const [name, page] of Object.entries(pages)) {
  await test(`axe-core finds nothing in ${name}, and it fits a phone and a desk`, async () => {
    for (const view of LOOKS) {
      assert.deepEqual(await axe(browser, page, view), [], JSON.stringify(view));
      const { page: open, troubles, close } = await look(browser, page, view);
      const wide = await open.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= view.width, `${wide} px are wider than ${view.width}`);
      assert.deepEqual(troubles, []);
      await close();
    }
  });
}

await test("what sheets hold is text, and what nobody sees is shown", async () => {
  const { page, troubles, close } = await look(browser, url, desk);
  for (const [name, wanted] of [[HOSTILE.script, HOSTILE.script], ["HYPERLINK", HOSTILE.formula], ["evil", "U+202E"]]) {
    await drawn(page, () => page.fill("#search", name));
    assert.equal(await page.locator("#body tr").count(), 1);
    const row = await page.textContent("#body tr");
    assert.ok(row.includes(wanted), row);
  }
  assert.ok((await page.textContent("#body .inv")).startsWith("U+"));
  assert.equal(await page.locator("#body script, #body img").count(), 0);
  assert.deepEqual(troubles, []);
  await close();
});

await test("a cause shows its rows, and filters and sorting work from the keyboard", async () => {
  const { page, close } = await look(browser, url, desk);
  const told = () => page.textContent("#told");
  const all = await told();
  await page.focus("button[data-cause='0']");
  await page.keyboard.press("Enter");
  assert.equal(await told(), "rows 1 to 13 of 13");
  assert.equal(await page.evaluate(() => document.activeElement.id), "rows-title");
  await page.focus("#clear");
  await page.keyboard.press("Enter");
  assert.equal(await told(), all);
  await page.focus("button[data-sort='customer']");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute("th:has(button[data-sort='customer'])", "aria-sort"), "ascending");
  const first = await page.textContent("#body tr td");
  await page.keyboard.press("Enter");
  assert.notEqual(await page.textContent("#body tr td"), first);
  await page.focus("#after");
  await page.keyboard.press("Enter");
  assert.match(await page.textContent("#page"), /^Page 2 of/);
  await close();
});

await test("the page says its language, and charts have words", async () => {
  for (const [name, lang] of [["report.html", "en"], ["report.html in Portuguese", "pt-BR"]]) {
    const { page, close } = await look(browser, pages[name], desk);
    assert.equal(await page.getAttribute("html", "lang"), lang);
    const labels = await page.locator("svg[role=img]").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
    assert.ok(labels.length > 5 && labels.every((label) => label && label.length > 3), labels.join("\n"));
    await close();
  }
});

await test("a page without scripts still tells the causes, and shows its first rows as the script does", async () => {
  const { page, close } = await look(browser, url, desk, { javaScriptEnabled: false });
  assert.ok((await page.textContent("#main")).includes("What to mend"));
  assert.ok(await page.locator("noscript").count() > 0);
  const still = await page.locator("#body tr").allTextContents();
  assert.equal(still.length, 50);
  for (const control of ["#search", "#after", "button[data-cause]"]) assert.ok(await page.locator(control).first().isHidden(), control);
  await close();
  const moving = await look(browser, url, desk);
  const told = await moving.page.textContent("#told");
  await drawn(moving.page, () => moving.page.click("#clear"));
  assert.deepEqual(await moving.page.locator("#body tr").allTextContents(), still);
  assert.equal(await moving.page.textContent("#told"), told);
  await moving.close();
});

await browser.close();
finish();
