// The script of the page for accounts against a running server: one line for each thing that holds.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PRIME_PACKAGES}/`);
const { WebSocket } = require("ws");

const [url, page] = process.argv.slice(2);
const { CallError, Server, inWords, whatIsAsked } = await import(page);

const held = (what) => console.log(what);

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof CallError, String(error));
    return error;
  }
  return assert.fail("it was not refused");
}

for (const name of ["verify", "reset", "confirm", "invite"]) {
  assert.deepEqual(whatIsAsked(`#${name}=a-b_c%3D`), { name, secret: "a-b_c=" });
  assert.equal(whatIsAsked(`#${name}=`).name, "start");
}
assert.deepEqual(whatIsAsked("#device=ABCD-EFGH"), { name: "device", secret: "ABCD-EFGH" });
assert.deepEqual(whatIsAsked("#device"), { name: "device", secret: null });
for (const cut of ["%", "a%2", "%E0%A4%A", "%zz"])
  assert.deepEqual(whatIsAsked(`#reset=${cut}`), { name: "reset", secret: cut });
for (const hash of ["", "#", "#nothing", "#constructor", "#__proto__=x"])
  assert.equal(whatIsAsked(hash).name, "start");
assert.equal(whatIsAsked("", "?state=s&code=c").query.get("code"), "c");
held("what a link asks for is read from its fragment");

const server = new Server(url, WebSocket);
const { access_token } = await server.call("auth.register", {
  email: "page@example.org", username: "page", password: "a kettle of 7 songs",
});
assert.equal(typeof access_token, "string");
held("calls are made on the socket of the page's host");

const wrong = await refused(
  server.call("auth.login", { email: "page@example.org", password: "not that one" }),
);
assert.deepEqual(inWords(wrong, "login"), {
  text: "The address or the password is not right.",
  isUsedUp: false,
});
held("a wrong password is said in plain words");

for (const [method, params, what] of JSON.parse(process.argv[4])) {
  const error = await refused(server.call(method, params));
  assert.equal(error.code, "auth_failed", method);
  const { text, isUsedUp } = inWords(error, what);
  assert(isUsedUp, method);
  assert.match(text, /not good any more|No device asks/);
}
held("a link that is used up is said to be, and where to get another one");

const tooOften = new CallError("rate_limited", "no", { retry_after_ms: 120_000 });
assert.match(inWords(tooOften, "mail").text, /Try again in 2 minutes/);
assert.equal(inWords(new CallError("validation", "password: it is common"), "reset").text, "It is common.");
for (const told of ["Expected `str` of length >= 8 - at `$.password`", "password: a password has at least 8 characters",
  "password: a password has at least 8 characters; in the form NFC it has 7"]) {
  const short = new CallError("validation", told, { field: "password" });
  assert.equal(inWords(short, "invite").text, "A password has at least 8 characters.");
}
held("what else is refused is said as it is");

server.close();
const again = await server.call("auth.login", { email: "page@example.org", password: "a kettle of 7 songs" });
assert.equal(again.user.username, "page");
held("a socket that was closed is opened again");

const both = [server.call("auth.logout"), server.call("auth.logout")];
server.close();
for (const each of both) assert.equal((await refused(each)).code, "unreachable");
const nowhere = new Server("ws://127.0.0.1:1/v1", WebSocket);
const error = await refused(nowhere.call("auth.logout"));
assert.equal(inWords(error, "login").text, "The server does not answer. Try again in a moment.");
held("a server that is gone is said to be");
