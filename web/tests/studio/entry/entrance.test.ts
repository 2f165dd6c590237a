import assert from "node:assert/strict";
import { test } from "node:test";

import { PrimeError, type Client } from "@prime/client";

import { Entrance } from "../../../studio/src/entry/entrance.js";
import { refusalInWords } from "../../../studio/src/entry/invitation_words.js";
import { FakeClient, TOKENS } from "../../pages/login/fake_client.js";

function entranceTo(answers: { readonly [method: string]: unknown }, invitation: string | null = null): [Entrance, FakeClient] {
  const client = new FakeClient(answers);
  return [new Entrance(client as unknown as Client, invitation), client];
}

test("an account that is made by an invitation brings it", async () => {
  const [entrance, client] = entranceTo({ "auth.register": TOKENS }, "secret");
  await entrance.register({ email: "a@b.c", username: "ann", name: "", password: "x" });
  assert.ok(entrance.isTaken.value, "it is used up by that");
  assert.deepEqual(client.asked[0]![1], { email: "a@b.c", username: "ann", name: "ann", password: "x", invitation: "secret" });
});

const INVITED_TO = { project: "p", name: "Night Drive", guests: true, is_for_address: false };
const NOT_VALID = new PrimeError("auth_failed", "this invitation is not valid");

test("who is a member already is taken to the project, also where the invitation gives nothing any more", async () => {
  for (const accepted of [{}, NOT_VALID]) {
    const [entrance, client] = entranceTo({ "invitations.look": INVITED_TO, "projects.get": { id: "p" }, "invitations.accept": accepted }, "secret");
    await entrance.look(true);
    assert.ok(entrance.isTaken.value && entrance.refusal.value === null);
    await entrance.look(true);
    assert.equal(client.asked.filter(([method]) => method === "invitations.look").length, 1, "once is enough");
  }
});

test("who is logged in and no member is asked first; who is not comes as a guest where that is allowed", async () => {
  const answers = { "invitations.look": INVITED_TO, "projects.get": new PrimeError("not_found", "x") };
  const [asked, client] = entranceTo(answers, "secret");
  await asked.look(true);
  assert.ok(!asked.isTaken.value && !client.asked.some(([method]) => method === "invitations.accept"));
  const [guest, guests] = entranceTo(answers, "secret");
  await guest.look(false);
  assert.ok(guest.isForGuest.value);
  assert.ok(!guests.asked.some(([method]) => method === "projects.get"), "nobody is logged in");
  guest.takeAccount("register");
  assert.deepEqual([guest.isForGuest.value, guest.step.value.name], [false, "register"]);
});

test("an invitation that lets nobody in, or another account, is told as such; a broken line is thrown", async () => {
  const [closed] = entranceTo({ "invitations.look": NOT_VALID }, "secret");
  await closed.look(false);
  assert.equal(closed.refusal.value, "closed");
  const [foreign] = entranceTo({ "invitations.look": { ...INVITED_TO, is_for_address: true }, "projects.get": new PrimeError("not_found", "x"), "invitations.accept": NOT_VALID }, "secret");
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
