import assert from "node:assert/strict";
import { test } from "node:test";

import { whatWasDone, whereItWas, whoDid, type AuditEntry } from "../../operator/src/audit_words.js";

const ENTRY: AuditEntry = { id: "e", event: "login", user: "u1", actor: null, project: null, login: null, address: "10.0.0.7", count: 1, at: 0, details: {}, user_name: "Ben", actor_name: "", project_name: "" };

function said(more: Partial<AuditEntry>): string {
  const entry = { ...ENTRY, ...more };
  return `${whoDid(entry)} ${whatWasDone(entry)}`;
}

test("an entry says who did what, to whom, and why", () => {
  assert.equal(said({ details: { by: "password", device: "d" } }), "Ben logged in by password");
  const kicked = { event: "kicked", actor: "u2", actor_name: "Olga", details: { whom: "member m1", reason: "The stage is needed." } };
  assert.equal(said(kicked), "Olga sent Ben out: “The stage is needed.”");
  assert.equal(said({ ...kicked, details: { whom: "user", reason: "" } }), "Olga ended logins of Ben");
  assert.equal(said({ event: "role_changed", actor: "u2", actor_name: "Olga", details: { role: "viewer", before: "editor" } }), "Olga made Ben viewer, who was editor");
  assert.equal(said({ event: "access_revoked" }), "Ben left");
  assert.equal(said({ event: "login_failed", user: null, user_name: "", count: 4, details: { cause: "unknown_account" } }), "Somebody could not log in (unknown account), 4 times");
});

test("what was done on the machine is told with the name of the machine's user", () => {
  assert.equal(said({ event: "kicked", details: { by: "machine:root", whom: "user", reason: "Go" } }), "machine:root ended logins of Ben: “Go”");
  assert.equal(said({ event: "maintenance_begun", user: null, user_name: "", details: { by: "machine:root", message: "Back at nine." } }), "machine:root made all read-only: “Back at nine.”");
  assert.equal(said({ event: "operator_made", details: { by: "command line" } }), "command line made Ben an operator");
});

test("whatever the command line does with an account, the entry names it", () => {
  for (const event of ["account_made", "reset_requested", "session_revoked", "second_factor_removed", "operator_made", "operator_unmade"]) {
    assert.match(said({ event, details: { by: "command line" } }), /^command line .*\bBen\b/, event);
  }
  assert.equal(said({ event: "reset_requested", details: { by: "command line", way: "link" } }), "command line asked for a link to set a new password for Ben");
  assert.equal(said({ event: "reset_requested", details: { by: "command line", way: "mail" } }), "command line asked for a mail to set a new password for Ben");
  assert.equal(said({ event: "reset_requested" }), "Ben asked for a mail to set a new password");
});

test("who and what is not there any more, or not known here, has its id, and hostile details are text", () => {
  assert.equal(whoDid({ ...ENTRY, user_name: "" }), "u1");
  assert.equal(whereItWas({ ...ENTRY, project: "p1", project_name: "" }), "p1");
  assert.equal(whereItWas({ ...ENTRY, project: "p1", project_name: "Night drive" }), "Night drive");
  assert.equal(said({ event: "an_event_of_tomorrow" }), "Ben an event of tomorrow");
  assert.equal(said({ event: "room_closed", details: { reason: { a: 1 } as never } }), "Ben closed the room");
  assert.ok(said({ event: "room_closed", details: { reason: "x".repeat(9_000) } }).length < 200);
});
