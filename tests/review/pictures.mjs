// The pictures of pages in the README, light and dark: the board, the causes and a row of the review, and the report.
//
// `node tests/review/pictures.mjs` makes them again in samples/pictures, from samples/mistakes and a simulated Webex. It is no
// test: letters and lines differ a little from one Chromium to the next. tests/pictures.rs looks at what lies there.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { copySample, launch, ROOT, TURNUP, workspace } from "./browser.mjs";

const PICTURES = process.env.TURNUP_PICTURES || join(ROOT, "samples", "pictures");
const BYTES_MAX = 200 * 1024;
const WIDTH = 1100;

const folder = workspace();
const work = join(folder, "mend");
copySample("mistakes", work);
const move = join(folder, "move");
copySample("acme", move);
const env = { PATH: process.env.PATH, HOME: folder, USER: "ines", TURNUP_NOW: "2026-11-23T22:00:00Z" };

/** Runs turnup as the person of the pictures; gives back its exit code. */
const ran = (...args) => spawnSync(TURNUP, args, { cwd: folder, env }).status;

assert.equal(ran("run", "move", "--simulate", "--yes", "--wave", "1"), 0);
assert.equal(ran("run", "mend", "--simulate", "--yes"), 3);
const [run] = readdirSync(join(work, "reports"));

/** Serves the review of a folder; gives back the address that lets a browser in. */
const serve = async (workspace) => {
  const child = spawn(TURNUP, ["review", workspace, "--simulate"], { env });
  process.on("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
      if (said.includes("\n")) resolve(said.trim().replace(/^review /, ""));
    });
    child.on("exit", () => reject(new Error("the review ended")));
  });
};

/** One picture in each colour scheme: the top of the page, this height. */
const take = async (page, name, height) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: WIDTH, height });
    await page.evaluate(() => scrollTo(0, 0));
    const path = join(PICTURES, `${name}-${colorScheme}.png`);
    await page.screenshot({ path });
    const { size } = statSync(path);
    assert.ok(size < BYTES_MAX, `${path} is ${size} bytes`);
    console.log(`${path} ${size}`);
  }
};

const browser = await launch();
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(await serve(move));
await page.waitForURL(/\/$/);
await take(page, "review-board", 633);

const address = await serve(work);
await page.goto(address);
await page.waitForURL(/\/$/);
const { origin } = new URL(address);
await page.goto(`${origin}/runs/${run}`);
await page.locator(".cause").first().waitFor();
await take(page, "review-causes", 856);

await page.goto(`${origin}/runs/${run}/rows?q=c202&outcome=rejected`);
await page.locator("main tbody tr").first().getByRole("link").click();
const email = page.getByLabel("email", { exact: true });
await email.fill((await email.inputValue()).replace(" at ", "@"));
await page.getByText("The row is clean and can be sent.").waitFor();
await take(page, "review-row", 900);

await page.goto(pathToFileURL(join(work, "reports", run, "report.html")).href);
await page.waitForFunction(() => document.documentElement.dataset.drawn !== undefined);
await take(page, "report", 856);

await browser.close();
process.exit(0);
