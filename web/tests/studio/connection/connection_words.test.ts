import assert from "node:assert/strict";
import { test } from "node:test";

import { pillOf } from "../../../studio/src/connection/connection_words.js";

const CONNECTED = { status: { name: "connected" }, unsaved: 0, seq: 53, isSynced: true, degraded: null } as const;

test("the pill says whether all is saved", () => {
  assert.deepEqual(pillOf(CONNECTED), { kind: "good", text: "saved #53" });
  assert.deepEqual(pillOf({ ...CONNECTED, unsaved: 2 }), { kind: "busy", text: "saving 2 …" });
  assert.deepEqual(pillOf({ ...CONNECTED, status: { name: "away" }, unsaved: 1 }), { kind: "bad", text: "offline, 1 edit kept" });
  assert.deepEqual(pillOf({ ...CONNECTED, isOnline: false, unsaved: 1 }), { kind: "bad", text: "offline, 1 edit kept" });
  assert.equal(pillOf({ ...CONNECTED, isOnline: false }).kind, "good", "the server may be this machine");
  assert.equal(pillOf({ ...CONNECTED, degraded: { what: "journal", reason: "disk full" } }).kind, "bad");
  assert.equal(pillOf({ ...CONNECTED, isSynced: false }).kind, "busy");
  assert.equal(pillOf({ ...CONNECTED, seq: null }).text, "connected");
  assert.equal(pillOf({ ...CONNECTED, seq: null, isSynced: false, unsaved: 1 }).text, "catching up …, 1 edit kept");
});
