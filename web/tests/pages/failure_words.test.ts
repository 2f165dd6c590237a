import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ConnectionOver, PrimeError, Unanswered, type ErrorCode, type ErrorDetails } from "@prime/client";

import schema from "../../../schema/prime.v1.json";
import { inWords, readable } from "../../pages/failure_words.js";

const CODES = schema.$defs.ErrorCode.enum as ErrorCode[];

const DETAILS: ErrorDetails = {
  field: "params.max_uses", op: 3, bound: "MAX_OPS", after: "abc", retry_after_ms: 90_000, version: 4, head: 9, oldest: 2,
  supported: [1], challenge: "secret", error_id: "e-17",
};

/** What servers say to programs. */
const FOR_PROGRAMS = [
  "auth.register: Expected `str` of length <= 120 - at `$.name`", "x.y: params: there is no `nme`: is `name` meant?",
  "x.y: params.uses[0].key: must not be empty", "params.max_uses: Expected `int`, got `null` - at `$.params.max_uses`",
  "log in first: call auth.login, or say hello with a token", "op 3 of the delta: `time` is beyond MAX_BEATS", "there is no call 'x.y'",
  "give either `seq` or `time`", "retry_after_ms says when", "",
];

function assertForPeople(words: string): void {
  assert.match(words, /^[A-Z“]/, words);
  assert.match(words, /[.!?…]$/, words);
  assert.doesNotMatch(words, /[`$_{}<>]|\.[a-z]|\bundefined\b|\bnull\b|secret/, words);
}

test("every code of the table of errors has words for people, whatever the server says to programs", () => {
  assert.ok(CODES.length > 25);
  for (const code of CODES) {
    for (const message of FOR_PROGRAMS) for (const details of [{}, DETAILS, { field: "unheard_of" }]) assertForPeople(inWords(new PrimeError(code, message, details)));
  }
});

test("a form's own label stands for the field, and the place is left out", () => {
  const labels = new Map([["email", "E-mail address"], ["name", "Your name"]]);
  const say = (code: ErrorCode, message: string, field: string): string => inWords(new PrimeError(code, message, { field }), labels);
  assert.equal(
    say("validation", "auth.register: an address looks like name@example.org, without spaces - at `$.email`", "email"),
    "E-mail address: an address looks like name@example.org, without spaces.",
  );
  assert.equal(say("validation", "auth.register: Expected `str` of length <= 120 - at `$.name`", "name"), "Your name: at most 120 characters.");
  assert.equal(say("validation", "password: it is one of the commonest; choose another", "password"), "Password: it is one of the commonest; choose another.");
  assert.equal(say("validation", "projects.create: Expected `float` >= 10 - at `$.bpm`", "bpm"), "Tempo: at least 10.");
  assert.equal(say("validation", "auth.register: params.name: must have at most 120 characters", "name"), "Your name: at most 120 characters.");
  assert.equal(say("validation", "auth.register: params.name: must not be empty", "name"), "Your name: must not be empty.");
  assert.equal(say("validation", "auth.register: params: `name` is missing", "name"), "Your name: this is asked for.");
  assert.equal(say("validation", "projects.create: params.bpm: must be at least 10", "bpm"), "Tempo: at least 10.");
  assert.equal(say("validation", "projects.create: params.bpm: must be a number, and is a text", "bpm"), "Tempo: this is no number.");
  assert.equal(
    say("validation", "auth.register: params.email: an address looks like name@example.org, without spaces", "email"),
    "E-mail address: an address looks like name@example.org, without spaces.",
  );
  assert.equal(say("taken", "email: there is an account with it", "email"), "E-mail address: there is an account with it.");
});

test("a sentence of the server that people can read is shown as it is", () => {
  assert.equal(inWords(new PrimeError("forbidden", "only an owner may do this; ask one")), "Only an owner may do this; ask one.");
  assert.equal(inWords(new PrimeError("auth_failed", "the e-mail address or the password is wrong")), "The e-mail address or the password is wrong.");
});

test("who must wait is told how long, and a mistake of the server is named", () => {
  assert.match(inWords(new PrimeError("rate_limited", "x", { retry_after_ms: 30_000 })), /in 30 seconds/);
  assert.match(inWords(new PrimeError("rate_limited", "x", { retry_after_ms: 600_000 })), /in 10 minutes/);
  assert.match(inWords(new PrimeError("internal", "x", { error_id: "e17" })), /e17.*whoever runs the server/);
  assert.equal(inWords(new PrimeError("unavailable", "x", { message: "Back at noon" })), "Back at noon.");
});

test("what the server says beside failures is shown where people can read it", () => {
  assert.equal(readable("we close at ten"), "We close at ten.");
  for (const message of [...FOR_PROGRAMS, undefined]) assert.equal(readable(message).match(/[`$_]/), null);
  assert.equal(readable("call `auth.refresh` and come again"), "");
});

test("a code that only a newer server knows, no answer, and a mistake of the page are sentences, too", () => {
  assertForPeople(inWords(new PrimeError("of_tomorrow" as ErrorCode, "a.b: `x`")));
  assertForPeople(inWords(new Unanswered("x")));
  assert.equal(inWords(new ConnectionOver("closed", "the client was closed")), "The client was closed.");
  assert.match(inWords(new ConnectionOver("4500", "a.b: `x`")), /Load it again/);
  const quiet = mock.method(console, "error", () => {});
  assertForPeople(inWords(new Error("boom")));
  assert.equal(quiet.mock.callCount(), 1);
  quiet.mock.restore();
});

test("a username that cannot be taken is told what one is made of", () => {
  const said = "a username is 2 to 32 characters: letters, digits, _, . and -, and no name that every JavaScript object has, as constructor";
  assert.equal(inWords(new PrimeError("validation", said, { field: "username" })), "Username: 2 to 32 letters from a to z, digits, dots, hyphens or underlines, without blanks.");
});
