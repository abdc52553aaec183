// What the tests of pages share: Debian's Chromium, the four ways a page is looked at, and axe-core.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, "..", "..");
export const TURNUP = process.env.TURNUP_BIN || join(ROOT, "target", "debug", "turnup");
const AXE = readFileSync(join(HERE, "node_modules", "axe-core", "axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Phone and desk, light and dark. */
export const LOOKS = [390, 1280].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

export const launch = () => {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  if (!executablePath) throw new Error("Debian's package `chromium` is not installed");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
};

/** A workspace in a temporary folder, gone when the process ends. */
export const workspace = () => {
  const folder = mkdtempSync(join(tmpdir(), "turnup-pages-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A sample without what somebody's runs have left in it: a copy of that would be a copy of a workspace that stands. */
export const copySample = (name, folder) => {
  const filter = (path) => ![".turnup", "reports"].includes(basename(path));
  cpSync(join(ROOT, "samples", name), folder, { recursive: true, filter });
};

/** Runs turnup; gives back what it printed and its exit code. */
export const turnup = (folder, ...args) => {
  const env = { PATH: process.env.PATH, HOME: folder };
  const ran = spawnSync(TURNUP, args, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (ran.error) throw ran.error;
  return { out: ran.stdout, err: ran.stderr, code: ran.status };
};

/** Opens a page as somebody looks at it; whatever it fetches, says on the console or asks in a dialog is an error. */
export const look = async (browser, url, { width, colorScheme }, options = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (message) => { if (message.type() === "error") troubles.push(message.text()); });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("dialog", (dialog) => { troubles.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== url && !url.startsWith("http")) troubles.push(`fetched ${request.url()}`); });
  await page.goto(url);
  // The table of a report answers once its data are read.
  const answers = () => !document.getElementById("rows") || document.documentElement.dataset.drawn !== undefined;
  if (options.javaScriptEnabled !== false) await page.waitForFunction(answers);
  return { page, troubles, close: () => context.close() };
};

/** What axe-core finds, one line each. */
export const axe = async (browser, url, view, prepare = async () => {}) => {
  // axe-core is a script that the page's own policy rightly refuses.
  const { page, close } = await look(browser, url, view, { bypassCSP: true });
  await prepare(page);
  await page.addScriptTag({ content: AXE });
  const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), TAGS);
  await close();
  return found.violations.map((v) => `${v.id}: ${v.nodes.length} times, such as ${v.nodes[0].html.slice(0, 160)}`);
};

let count = 0;
const failed = [];
/** One named test. */
export const test = async (name, body) => {
  count += 1;
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    failed.push(name);
    console.log(`FAILED ${name}\n${error.stack}`);
  }
};

/** Ends the process with what came of the tests. */
export const finish = () => {
  console.log(`${count - failed.length} of ${count} passed`);
  if (count === 0 || failed.length > 0) process.exitCode = 1;
};

