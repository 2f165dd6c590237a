import assert from "node:assert/strict";
import { test } from "node:test";

import { PrimeError, type Client } from "@prime/client";

import { LoginSteps } from "../../../pages/login/login_steps.js";
import { FakeClient, TOKENS } from "./fake_client.js";

function stepsTo(answers: { readonly [method: string]: unknown }): [LoginSteps, FakeClient] {
  const client = new FakeClient(answers);
  return [new LoginSteps(client as unknown as Client), client];
}

test("a login that lacks a code asks for it, and the code finishes it", async () => {
  const refused = new PrimeError("second_factor_required", "a code is asked for", { challenge: "c1" });
  const [steps, client] = stepsTo({ "auth.login": refused, "auth.second_factor": TOKENS });
  await steps.login({ email: "ann@example.org", password: "x" });
  assert.deepEqual(steps.step.value, { name: "code", challenge: "c1" });
  await steps.enterCode("c1", { code: "123 456" });
  assert.deepEqual(client.asked.at(-1), ["auth.second_factor", { challenge: "c1", code: "123456" }]);
});

test("who must set a second factor up is logged in after the recovery codes were shown", async () => {
  const refused = new PrimeError("second_factor_missing", "set one up", { challenge: "c2" });
  const [steps, client] = stepsTo({
    "auth.login": refused,
    "auth.totp_begin": { secret: "S", uri: "otpauth://totp/x" },
    "auth.totp_confirm": { recovery_codes: ["one"], tokens: TOKENS },
  });
  await steps.login({ email: "ann@example.org", password: "x" });
  assert.equal(steps.step.value.name, "set-up");
  await steps.confirm("c2", { code: "1" });
  assert.deepEqual(steps.step.value, { name: "recovery-codes", codes: ["one"] });
  assert.ok(!client.asked.some(([method]) => method === "logInWith"));
  await steps.finish();
  assert.deepEqual(client.asked.at(-1), ["logInWith", TOKENS]);
});

test("an address that is not proved leads to the mail", async () => {
  const [steps] = stepsTo({ "auth.register": new PrimeError("address_unverified", "prove it") });
  await steps.register({ email: "ann@example.org", username: "ann", password: "x" });
  assert.deepEqual(steps.step.value, { name: "mail-sent", email: "ann@example.org" });
});

test("any other refusal is for the form to show", async () => {
  const [steps] = stepsTo({ "auth.login": new PrimeError("auth_failed", "wrong") });
  await assert.rejects(steps.login({ email: "a", password: "b" }), { code: "auth_failed" });
  assert.equal(steps.step.value.name, "login");
});
