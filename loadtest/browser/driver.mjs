// Drives Chromium for a program that writes commands, a line of JSON each, and reads an answer a line.
//
// node driver.mjs CHROMIUM FOLDER: screenshots of what failed go into the folder.
// {"page": "a", "do": "open", ...}: a new page with a context of its own, named so.
// {"page": "a", "do": "click", "args": ["text=Go"]}: any method of Playwright's page, or of what is in it
// ("mouse.move", "context.setOffline"). The answer: {"value": ...} or {"error": "..."}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.PRIME_PACKAGES}/package.json`);
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const WAIT_MS = 30_000;

/** What Chromium says of a server that does not answer. */
const UNANSWERED = /net::ERR_|WebSocket connection/;

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
/** Name -> page; what went wrong in it is in `faults`. */
const pages = new Map();
const faults = [];
/** Whether a server that does not answer is no fault: whoever asks has taken it away. */
let isServerDown = false;
/** Page -> its line to the debugger. */
const sessions = new Map();

/** `context`: options of a context, or the name of a page whose context it shares. */
async function open({ page: name, url, context = {}, before = "" }) {
  const shared = typeof context === "string" ? pages.get(context).context() : null;
  const own = shared ?? (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context }));
  const page = await own.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("pageerror", (error) => faults.push(`${name}: ${error.stack}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !(isServerDown && UNANSWERED.test(text))) faults.push(`${name}: ${text}`);
  });
  page.on("dialog", (dialog) => {
    if (dialog.type() === "alert") faults.push(`${name}: a script has opened an alert: ${dialog.message()}`);
    void dialog.accept();
  });
  pages.set(name, page);
  if (before !== "") await page.addInitScript(before);
  await page.goto(url);
}

/** What axe-core finds that is serious or critical: rule and where. It runs past the policy of the page. */
async function accessible({ page: name }) {
  await value({ page: name, expression: `${readFileSync(axe, "utf8")}; 0` });
  const { violations } = await value({ page: name, expression: 'axe.run(document, { resultTypes: ["violations"] })' });
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

/** By the debugger, whose expressions the page's policy does not forbid. */
async function value({ page: name, expression }) {
  const session = await sessionOf(name);
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value ?? null;
}

/** Asks until it is true. What cannot be asked yet is not true yet. */
async function until({ page, expression }) {
  const end = performance.now() + WAIT_MS;
  let last = null;
  while (performance.now() < end) {
    last = await value({ page, expression }).catch((error) => String(error));
    if (last === true) return;
    await new Promise((done) => { setTimeout(done, 30); });
  }
  throw new Error(`not within ${WAIT_MS} ms: ${expression} is ${JSON.stringify(last)}`);
}

/** What the debugger records of these names while the promise of an expression is awaited, and what that came to. */
async function trace({ page: name, categories, names, expression }) {
  const session = await sessionOf(name);
  const wanted = new Set(names);
  const events = [];
  const take = ({ value: some }) => { for (const event of some) if (wanted.has(event.name)) events.push(event); };
  session.on("Tracing.dataCollected", take);
  await session.send("Tracing.start", { traceConfig: { includedCategories: categories, excludedCategories: ["*"] }, transferMode: "ReportEvents" });
  try {
    const result = await value({ page: name, expression });
    const done = new Promise((over) => { session.once("Tracing.tracingComplete", over); });
    await session.send("Tracing.end");
    await done;
    return { events, result };
  } finally {
    session.off("Tracing.dataCollected", take);
  }
}

/** The page is closed, with its context. */
async function end({ page: name }) {
  const page = pages.get(name);
  pages.delete(name);
  sessions.delete(page);
  await page.context().close();
}

/** As if it had just been started: no page, no storage, no fault. */
async function renew() {
  await Promise.all(browser.contexts().map((context) => context.close()));
  pages.clear();
  sessions.clear();
  faults.length = 0;
  isServerDown = false;
}

async function sessionOf(name) {
  const page = pages.get(name);
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  return sessions.get(page);
}

async function act({ page: name, do: path, args = [] }) {
  let target = pages.get(name);
  const steps = path.split(".");
  for (const step of steps.slice(0, -1)) target = step === "context" ? target.context() : target[step];
  const value = await target[steps.at(-1)](...args);
  return value !== null && typeof value === "object" && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype ? null : value;
}

async function answer(command) {
  switch (command.do) {
    case "open": return open(command);
    case "value": return value(command);
    case "until": return until(command);
    case "axe": return accessible(command);
    case "debugger": return (await sessionOf(command.page)).send(command.method, command.params);
    case "trace": return trace(command);
    case "end": return end(command);
    case "renew": return renew();
    case "faults": return faults.splice(0);
    case "server": isServerDown = command.is_down; return null;
    default: return act(command);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = { value: (await answer(JSON.parse(line))) ?? null };
  } catch (error) {
    said = { error: String(error?.stack ?? error) };
    for (const [name, page] of pages) await page.screenshot({ path: `${process.argv[3]}/failed-${name}.png` }).catch(() => {});
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
await browser.close();
