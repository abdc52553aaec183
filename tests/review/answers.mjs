// How soon the review answers at a hundred thousand rows: every page, measured at the server's door without a browser.
//
// `node tests/review/answers.mjs` makes a workspace in which every customer and each 25th person is wrong, so that a run sends
// nothing and holds the others back; with `TURNUP_WORK=DIR` it takes one whose latest
// run is of that size, such as one that was really sent (no draft of it should be wanted any more: the changes that are tried
// are taken back). It fails where a page takes more than 300 ms, best of several, since others may be at work on the machine.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TURNUP, finish, test, turnup, workspace } from "./browser.mjs";

const ROWS = 100_000;
const TURNS = 5;
const WITHIN_MS = 300;

const made = () => {
  const big = workspace();
  const write = (name, text) => writeFileSync(join(big, name), text);
  write("templates.toml", '[templates.shop]\nprovisioning_id = "ZDczN2FlYTUtNzQ4Yi00MGM2LWE1N2EtYjAwZmM5NjI1Yzdm"\ncountry = "PT"\nsupported_location = true\n');
  write("turnup.toml", "[guards]\nmax_error_rate = 1.0\n");
  const customers = Array.from({ length: 200 }, (_, at) => `c${at},Cliente ${at},a${at}@c.example,shop,webex_calling,Rua Augusta 24,Lisboa,1100-053,PT,Europe/Lisbo\n`);
  write("customers.csv", "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone\n" + customers.join(""));
  write("locations.csv", "customer_external_id,name,address_line1,city,postal_code,country,timezone\n");
  const user = (at) => `c${at % 200},Maria ${at},da Conceição,u${at}${at % 50 === 0 ? " at " : "@"}c.example,${at % 50 === 25 ? "webex_caling" : "webex_calling"},,+3512112${String(at).padStart(5, "0")},,\n`;
  write("users.csv", "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n" + Array.from({ length: ROWS }, (_, at) => user(at)).join(""));
  assert.equal(turnup(big, "run", "--yes", "--simulate").code, 3);
  return big;
};

const work = process.env.TURNUP_WORK || made();
const child = spawn(TURNUP, ["review", work, "--simulate", "--quiet"], { env: { PATH: process.env.PATH, HOME: work }, stdio: ["ignore", "pipe", "ignore"] });
const address = await new Promise((resolve, reject) => {
  let said = "";
  child.stdout.on("data", (part) => { said += part; if (said.includes("\n")) resolve(said.trim().replace(/^review /, "")); });
  child.on("exit", () => reject(new Error("the review ended")));
});
const { origin } = new URL(address);
const cookie = (await fetch(address)).headers.get("set-cookie").split(";")[0];
const ask = async (path, form) => {
  const began = performance.now();
  const headers = { cookie, origin, ...(form && { "content-type": "application/x-www-form-urlencoded", "x-turnup-csrf": csrf }) };
  const answer = await fetch(origin + path, { method: form ? "POST" : "GET", headers, body: form && new URLSearchParams(form), redirect: "manual" });
  const body = await answer.text();
  assert.ok(answer.status < 400, `${path}: ${answer.status} ${body.slice(0, 500)}`);
  return { body, took: performance.now() - began };
};
let csrf = "";
const first = await ask("/runs");
csrf = first.body.match(/name="csrf" content="([^"]*)"/)[1];
const run = first.body.match(/\/runs\/(\d{8}T\d{6}Z-\w+)"/)[1];
console.log(`  the first page of the run, told anew: ${Math.round((await ask(`/runs/${run}`)).took)} ms`);

const rows = (await ask(`/runs/${run}/rows?outcome=rejected&sheet=users`)).body;
const row = rows.match(/\/runs\/[^"]*\/rows\/users\/\d+/)[0];
const pages = {
  "the board": () => ask("/"),
  "the runs": () => ask("/runs"),
  "a run": () => ask(`/runs/${run}`),
  "its rows": () => ask(`/runs/${run}/rows`),
  "the last leaf of them": () => ask(`/runs/${run}/rows?page=1999`),
  "rows that hold a text": () => ask(`/runs/${run}/rows?q=maria+4321`),
  "rejected rows": () => ask(`/runs/${run}/rows?outcome=rejected&page=3`),
  "the largest cause": () => ask(`/runs/${run}/causes/0`),
  "rows of a cause": () => ask(`/runs/${run}/rows?cause=0`),
  "one row": () => ask(row),
  "a change of it, checked": () => ask(`${row}/check`, { c3: `new${Math.random()}@c.example` }),
  "a change of it, kept": () => ask(row, { c3: `new${Math.random()}@c.example` }),
  "that row with its change": () => ask(row),
  "the page before sending": () => ask(`/runs/${run}/send`),
  "the last change, taken back": () => ask(`/runs/${run}/undo`, { back: row }),
  "what the next run would do": () => ask("/plan"),
};
/** A piece of work of always the same length: the noise of the machine. */
const yardstick = () => {
  const from = performance.now();
  let sum = 0;
  for (let at = 0; at < 2e7; at += 1) sum = (sum * 31 + at) | 0;
  return performance.now() - from + (sum === 0.5 ? 1 : 0);
};
const noise = Array.from({ length: TURNS }, yardstick);
console.log(`  a piece of work of always the same length took ${Math.round(Math.min(...noise))} to ${Math.round(Math.max(...noise))} ms`);
const taken = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
for (let turn = 0; turn < TURNS; turn += 1) for (const [name, page] of Object.entries(pages)) taken[name].push((await page()).took);

for (const [name, times] of Object.entries(taken)) {
  await test(`${name}: ${Math.round(Math.min(...times))} ms (slowest of ${TURNS}: ${Math.round(Math.max(...times))} ms)`, () => {
    assert.ok(Math.min(...times) <= WITHIN_MS, `more than ${WITHIN_MS} ms`);
  });
}
child.kill();
finish();
