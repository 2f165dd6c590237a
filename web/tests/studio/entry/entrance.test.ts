import assert from "node:assert/strict";
import { test } from "node:test";

import { PrimeError, type Client } from "@prime/client";

import { Entrance } from "../../../studio/src/entry/entrance.js";
import { refusalInWords } from "../../../studio/src/entry/invitation_words.js";

const TOKENS = { user: { id: "u", username: "ann", name: "Ann" }, access_token: "a", refresh_token: "r", device_token: "d", expires_in: 900 };

/** Answers each method as it is told; notes what was asked. */
class FakeClient {
  readonly asked: [method: string, params: unknown][] = [];
  constructor(private readonly answers: { readonly [method: string]: unknown }) {}

  call(method: string, params: unknown): Promise<unknown> {
    this.asked.push([method, params]);
    const answer = this.answers[method];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
  login(email: string, password: string): Promise<unknown> { return this.call("auth.login", { email, password }); }
  register(account: unknown): Promise<unknown> { return this.call("auth.register", account); }
  logInBy(method: string, params: unknown): Promise<unknown> { return this.call(method, params); }
  logInWith(tokens: unknown): Promise<unknown> { return this.call("logInWith", tokens); }
}

function entranceTo(answers: { readonly [method: string]: unknown }, invitation: string | null = null): [Entrance, FakeClient] {
  const client = new FakeClient(answers);
  return [new Entrance(client as unknown as Client, invitation), client];
}

test("a login that lacks a code asks for it, and the code finishes it", async () => {
  const refused = new PrimeError("second_factor_required", "a code is asked for", { challenge: "c1" });
  const [entrance, client] = entranceTo({ "auth.login": refused, "auth.second_factor": TOKENS });
  await entrance.login({ email: "ann@example.org", password: "x" });
  assert.deepEqual(entrance.step.value, { name: "code", challenge: "c1" });
  await entrance.enterCode("c1", { code: "123 456" });
  assert.deepEqual(client.asked.at(-1), ["auth.second_factor", { challenge: "c1", code: "123456" }]);
});

test("who must set a second factor up is logged in after the recovery codes were shown", async () => {
  const refused = new PrimeError("second_factor_missing", "set one up", { challenge: "c2" });
  const [entrance, client] = entranceTo({
    "auth.login": refused,
    "auth.totp_begin": { secret: "S", uri: "otpauth://totp/x" },
    "auth.totp_confirm": { recovery_codes: ["one"], tokens: TOKENS },
  });
  await entrance.login({ email: "ann@example.org", password: "x" });
  assert.equal(entrance.step.value.name, "set-up");
  await entrance.confirm("c2", { code: "1" });
  assert.deepEqual(entrance.step.value, { name: "recovery-codes", codes: ["one"] });
  assert.ok(!client.asked.some(([method]) => method === "logInWith"));
  await entrance.finish();
  assert.deepEqual(client.asked.at(-1), ["logInWith", TOKENS]);
});

test("an address that is not proved leads to the mail", async () => {
  const [entrance] = entranceTo({ "auth.register": new PrimeError("address_unverified", "prove it") });
  await entrance.register({ email: "ann@example.org", username: "ann", password: "x" });
  assert.deepEqual(entrance.step.value, { name: "mail-sent", email: "ann@example.org" });
});

test("an account that is made by an invitation brings it", async () => {
  const [entrance, client] = entranceTo({ "auth.register": TOKENS }, "secret");
  await entrance.register({ email: "a@b.c", username: "ann", name: "", password: "x" });
  assert.ok(entrance.isTaken.value, "it is used up by that");
  assert.deepEqual(client.asked[0]![1], { email: "a@b.c", username: "ann", name: "ann", password: "x", invitation: "secret" });
});

test("any other refusal is for the form to show", async () => {
  const [entrance] = entranceTo({ "auth.login": new PrimeError("auth_failed", "wrong") });
  await assert.rejects(entrance.login({ email: "a", password: "b" }), { code: "auth_failed" });
  assert.equal(entrance.step.value.name, "login");
});

const SHOWN = { project: "p", name: "Night Drive", guests: true, is_for_address: false };
const NOT_VALID = new PrimeError("auth_failed", "this invitation is not valid");

test("who is a member already is taken to the project, also where the invitation gives nothing any more", async () => {
  for (const accepted of [{}, NOT_VALID]) {
    const [entrance, client] = entranceTo({ "invitations.look": SHOWN, "projects.get": { id: "p" }, "invitations.accept": accepted }, "secret");
    await entrance.look(true);
    assert.ok(entrance.isTaken.value && entrance.refusal.value === null);
    await entrance.look(true);
    assert.equal(client.asked.filter(([method]) => method === "invitations.look").length, 1, "once is enough");
  }
});

test("who is logged in and no member is asked first; who is not comes as a guest where that is allowed", async () => {
  const answers = { "invitations.look": SHOWN, "projects.get": new PrimeError("not_found", "x") };
  const [asked, client] = entranceTo(answers, "secret");
  await asked.look(true);
  assert.ok(!asked.isTaken.value && !client.asked.some(([method]) => method === "invitations.accept"));
  const [guest, guests] = entranceTo(answers, "secret");
  await guest.look(false);
  assert.equal(guest.step.value.name, "guest");
  assert.ok(!guests.asked.some(([method]) => method === "projects.get"), "nobody is logged in");
});

test("an invitation that lets nobody in, or another account, is told as such; a broken line is thrown", async () => {
  const [closed] = entranceTo({ "invitations.look": NOT_VALID }, "secret");
  await closed.look(false);
  assert.equal(closed.refusal.value, "closed");
  const [foreign] = entranceTo({ "invitations.look": { ...SHOWN, is_for_address: true }, "projects.get": new PrimeError("not_found", "x"), "invitations.accept": NOT_VALID }, "secret");
  await foreign.look(true);
  await foreign.accept();
  assert.deepEqual([foreign.refusal.value, foreign.isTaken.value], ["foreign", false]);
  const [broken] = entranceTo({ "invitations.look": new Error("no line") }, "secret");
  await assert.rejects(broken.look(false), /no line/);
  assert.equal(broken.refusal.value, null);
});

test("a link that is not good any more keeps nobody from making an account", async () => {
  const [entrance, client] = entranceTo({ "invitations.look": NOT_VALID, "auth.register": TOKENS }, "secret");
  await entrance.look(false);
  await entrance.register({ email: "a@b.c", username: "ann", name: "", password: "x" });
  assert.ok(!("invitation" in (client.asked.at(-1)![1] as object)) && !entrance.isTaken.value);
});

test("each refusal says why, and what to do", () => {
  for (const refusal of ["closed", "foreign"] as const) {
    for (const name of [null, "Ben"]) {
      const words = refusalInWords(refusal, name);
      assert.match(words, /invitation.*\. .*[Ll]og in|[Aa]sk/);
      assert.equal(words.includes("logged in as Ben"), name !== null);
    }
  }
});
