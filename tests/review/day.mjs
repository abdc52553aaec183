// The reviewer's whole day in a real browser: forty rejected rows, the largest cause, mended, sent, created; a run that is
// followed from start to end; and every page without a finding of axe-core, on phone and desktop, light and dark.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const turnup = process.env.TURNUP_BIN ?? path.join(root, "target/debug/turnup");
const axe = fs.readFileSync(path.join(here, "node_modules/axe-core/axe.min.js"), "utf8");
const shots = process.env.TURNUP_SHOTS;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "turnup-review-"));
const environment = { PATH: process.env.PATH, HOME: folder };

let browser;
const children = [];

before(async () => {
  const executablePath = process.env.CHROMIUM ?? execFileSync("sh", ["-c", "command -v chromium"]).toString().trim();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  for (const child of children) child.kill();
  fs.rmSync(folder, { recursive: true, force: true });
});

const ROW = /("(?:[^"]|"")*"|[^,]*)(,|$)/y;

function cells(line) {
  const found = [];
  ROW.lastIndex = 0;
  for (let match; (match = ROW.exec(line)); ) {
    found.push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]);
    if (match[2] === "") break;
  }
  return found;
}

const written = (row) => row.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");

/** A copy of the sample, with forty wrong rows in three ways, and names that would like to be more than text. */
function workspace(name, spoil) {
  const work = path.join(folder, name);
  fs.cpSync(path.join(root, "samples/acme"), work, { recursive: true });
  for (const left of [".turnup", "reports"]) fs.rmSync(path.join(work, left), { recursive: true, force: true });
  fs.appendFileSync(path.join(work, "turnup.toml"), "\n[guards]\nmax_error_rate = 0.5\n");
  if (spoil) {
    const file = path.join(work, "users.csv");
    const [header, ...rows] = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "").trim().split(/\r?\n/).map(cells);
    const at = (column) => header.indexOf(column);
    const plain = rows.filter((row) => row[at("role")] === "");
    const calling = plain.filter((row) => row[at("package")] === "webex_calling" && row[at("extension")] !== "");
    const suite = plain.filter((row) => row[at("package")] === "webex_suite");
    for (const row of calling.slice(0, 24)) row[at("package")] = "webex_caling";
    for (const row of calling.slice(24, 30)) row[at("extension")] = "1";
    for (const row of suite.slice(0, 10)) row[at("email")] = row[at("email")].replace("@", " at ");
    calling[0][at("first_name")] = "<script>document.title='owned'</script>";
    calling[1][at("first_name")] = '=HYPERLINK("http://x.example","y")';
    calling[2][at("first_name")] = "a\u202egnp\u200bb";
    fs.writeFileSync(file, [header, ...rows].map(written).join("\r\n") + "\r\n");
  }
  return work;
}

function run(work, ...more) {
  const ran = spawnSync(turnup, ["run", work, "--simulate", "--yes", ...more], { env: environment, encoding: "utf8" });
  return { status: ran.status, text: ran.stdout + ran.stderr };
}

/** A review that is being served, in a browser that was let in. */
async function review(work, ...more) {
  const child = spawn(turnup, ["review", work, "--simulate", ...more], { env: environment });
  children.push(child);
  const address = await new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
      if (said.includes("\n")) resolve(said.trim().replace(/^review /, ""));
    });
    child.on("exit", () => reject(new Error("the review ended")));
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", (dialog) => wrong.push(dialog.message()));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(address).origin)) wrong.push(`asked ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForURL(/\/$/);
  return { page, wrong, origin: new URL(address).origin };
}

/** Looks at a page in every size and colour; nothing is found, and nothing is cut off. */
async function look(page, name) {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        globalThis.axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }),
      );
      const told = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3)}`);
      assert.deepEqual(told, [], `${name} at ${width} px, ${colorScheme}`);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${name} is ${wider} px too wide at ${width} px`);
      if (shots) await page.screenshot({ path: path.join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

const main = (page) => page.locator("main");

test("forty rejected rows: the largest cause is found, mended, seen clean, sent, and created", async () => {
  const work = workspace("day", true);
  const ran = run(work);
  assert.equal(ran.status, 3, ran.text);
  const { page, wrong } = await review(work);
  await look(page, "customers");

  // By keyboard: the first stop leads past the head of the page.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");

  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await look(page, "runs");
  await main(page).getByRole("row").nth(1).getByRole("link").click();
  const from = new URL(page.url()).pathname;
  await page.getByText("rejected 40").waitFor();
  await look(page, "run");

  await page.getByText("rejected 40").click();
  await page.getByText("40 rows", { exact: true }).waitFor();
  assert.equal(await main(page).locator("tbody tr").count(), 40);
  await look(page, "rows");
  await page.getByLabel("search").fill("U+202E");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("No row is like that.").waitFor();
  await page.getByLabel("search").fill("<script>");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("1 row", { exact: true }).waitFor();

  // One row, checked while it is typed.
  await page.goto(new URL(`${from}/rows?q=c202&outcome=rejected`, page.url()).href);
  await main(page).locator("tbody tr").first().getByRole("link").click();
  await look(page, "row");
  const email = page.getByLabel("email", { exact: true });
  assert.equal(await email.getAttribute("aria-invalid"), "true");
  const right = (await email.inputValue()).replace(" at ", "@");
  await email.fill(right.replace("@", "@@"));
  await page.getByText("cannot be sent like this").waitFor();
  await email.fill(right);
  await page.getByText("The row is clean and can be sent.").waitFor();
  assert.equal(await email.getAttribute("aria-invalid"), null);
  await page.getByRole("button", { name: "Keep the changes" }).click();
  await page.getByRole("button", { name: "Take the last change back" }).click();
  await page.getByText("cannot be sent like this").waitFor();

  // The largest cause, with one value for all of its rows.
  await page.goto(new URL(from, page.url()).href);
  const largest = main(page).locator(".cause").first();
  assert.match(await largest.innerText(), /webex_caling[\s\S]*24 rows/);
  await largest.getByRole("link").click();
  await look(page, "cause");
  await page.getByLabel("what shall stand there").fill("webex_calling");
  await page.getByRole("button", { name: "Change them all" }).click();
  await page.getByText("24 of 24 rows are clean now.").waitFor();
  await look(page, "cause-mended");
  await page.getByRole("link", { name: "Look at them and send" }).click();
  await page.getByText("24 of 24 mended rows are clean.").waitFor();
  await look(page, "send");
  await page.getByRole("button", { name: "Send 24 rows to the simulator" }).click();
  await page.getByText("its rows are well").waitFor({ timeout: 60_000 });
  await page.getByText("Nothing of what this run sent.").waitFor();
  await look(page, "sent");

  // What is left stands where it came from: what is mended is told last there, and never first.
  const sent = page.url();
  await main(page).locator(".note").getByRole("link").click();
  assert.equal(new URL(page.url()).pathname, from);
  assert.doesNotMatch(await main(page).locator(".cause").first().innerText(), /webex_caling|clean now/);
  assert.match(await main(page).locator(".cause").last().innerText(), /24 of 24 rows are clean now/);
  await look(page, "run-mended");
  await main(page).locator(".cause").filter({ hasText: "C202" }).getByRole("link").click();
  await page.getByText("Each of these rows needs a value of its own").waitFor();
  assert.equal(await page.getByRole("button", { name: "Change them all" }).count(), 0);
  await look(page, "cause-of-many");
  await page.goto(new URL(`${from}/rows?q=webex_caling`, sent).href);
  await main(page).locator("tbody tr").first().getByRole("link").click();
  await page.getByText("Before it was mended").click();
  await page.getByText("The row is clean and can be sent.").waitFor();
  await look(page, "row-mended");
  await page.goto(sent);
  await page.getByText("created 24").click();
  assert.equal(await main(page).locator("tbody tr").count(), 24);
  await main(page).locator("tbody tr").first().getByRole("link").click();
  await page.getByText("took effect").first().waitFor();
  await look(page, "row-created");

  await page.getByRole("link", { name: "Next run" }).click();
  await look(page, "plan");
  assert.deepEqual(wrong, []);
});

test("a run in another process is followed from start to end", async () => {
  const work = workspace("live", false);
  const faults = path.join(folder, "slow.toml");
  fs.writeFileSync(faults, "provision_ms = 4000\nlatency_ms = 120\n");
  const { page, wrong } = await review(work);
  await page.getByRole("link", { name: "Next run" }).click();
  await page.getByRole("button", { name: "Run this against the simulator" }).waitFor();
  await main(page).locator("summary").first().click();
  await look(page, "plan-new");
  const child = spawn(turnup, ["run", work, "--simulate", "--yes", "--faults", faults, "--max-in-flight", "4"], { env: environment });
  children.push(child);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  await page.goto(new URL("/runs", page.url()).href);
  while ((await page.getByText("under way").count()) === 0) {
    assert.equal(child.exitCode, null, "the run was over before it was seen");
    await page.waitForTimeout(200);
    await page.reload();
  }
  await main(page).getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("heading", { name: "Under way", exact: true }).waitFor();
  const figures = page.locator(".figures");
  await figures.getByText("steps per second").waitFor();
  await page.getByText("What it waits for").waitFor();
  await look(page, "live");
  const before = await figures.innerText();
  await page.waitForFunction((old) => document.querySelector(".figures")?.innerText !== old, before);
  await page.getByText("all well").waitFor({ timeout: 120_000 });
  assert.equal(await page.locator("[data-live]").count(), 0);
  assert.equal(await ended, 0);
  assert.deepEqual(wrong, []);
});

test("the same in Portuguese", async () => {
  const work = workspace("dia", true);
  assert.equal(run(work).status, 3);
  const { page, wrong } = await review(work, "--lang", "pt-BR");
  assert.equal(await page.locator("html").getAttribute("lang"), "pt-BR");
  await look(page, "pt-customers");
  await page.getByRole("link", { name: "Execuções" }).click();
  await look(page, "pt-runs");
  await main(page).getByRole("row").nth(1).getByRole("link").click();
  const from = page.url();
  await look(page, "pt-run");
  await main(page).locator(".cause").first().getByRole("link").click();
  await page.getByLabel("o que deve constar ali").fill("webex_calling");
  await page.getByRole("button", { name: "Alterar todas" }).click();
  await page.getByText("24 de 24 linhas estão limpas agora.").waitFor();
  await look(page, "pt-cause");
  await page.getByRole("link", { name: "Ver e enviar" }).click();
  await look(page, "pt-send");
  await page.goto(`${from}/rows?outcome=rejected`);
  await look(page, "pt-rows");
  await main(page).locator("tbody tr").first().getByRole("link").click();
  await look(page, "pt-row");
  await page.getByRole("link", { name: "Próxima execução" }).click();
  await look(page, "pt-plan");
  assert.deepEqual(wrong, []);
});
