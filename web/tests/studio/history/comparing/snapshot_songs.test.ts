import assert from "node:assert/strict";
import { test } from "node:test";

import type { Past, Readable, Room } from "@prime/client";

import { songsOf, type Snapshot } from "../../../../studio/src/history/comparing/snapshot_songs.js";

const snapshot = (seq: number, epoch = "e"): Snapshot => ({ id: `s${seq}`, position: { epoch, seq } }) as Snapshot;
const asSong = (name: string): Readable => name as unknown as Readable;

/** A project at seq 5,000, of whose past the moments from `from` to `to` are here. */
function desk(from: number, to: number, reaches = true): { room: Room; past: Past; asked: string[] } {
  const asked: string[] = [];
  const has = (seq: number): boolean => seq >= from && seq <= to;
  const past = {
    has,
    at: (seq: number) => (has(seq) ? { seq, state: asSong(`replayed ${seq}`) } : null),
    reach: async (seq: number) => {
      asked.push(`reach ${seq}`);
      if (!reaches) throw new Error("compacted");
      [from, to] = [Math.min(from, seq), Math.max(to, seq)];
    },
  };
  const state = async (id: string): Promise<object> => {
    asked.push(id);
    return { state: asSong(`stored ${id}`) };
  };
  const room = { position: { epoch: "e", seq: 5_000 }, snapshots: { state } };
  return { room: room as unknown as Room, past: past as unknown as Past, asked };
}

test("a snapshot that the deltas which are here lead to is asked for by nobody", async () => {
  const { room, past, asked } = desk(100, 900);
  assert.deepEqual(await songsOf(room, past, [snapshot(100), snapshot(900)]), ["replayed 100", "replayed 900"]);
  assert.deepEqual(asked, []);
});

test("of two that are near each other one state is fetched, of others those that are not here", async () => {
  const near = desk(Infinity, -Infinity);
  assert.deepEqual(await songsOf(near.room, near.past, [snapshot(1_500), snapshot(700)]), ["replayed 1500", "replayed 700"]);
  assert.deepEqual(near.asked, ["reach 700", "reach 1500"]);
  const far = desk(0, 50);
  assert.deepEqual(await songsOf(far.room, far.past, [snapshot(50), snapshot(4_000)]), ["replayed 50", "stored s4000"]);
  assert.deepEqual(far.asked, ["s4000"]);
  const alone = desk(Infinity, -Infinity);
  assert.deepEqual(await songsOf(alone.room, alone.past, [snapshot(7)]), ["stored s7"], "for one alone its state is least");
});

test("where deltas are gone, or the journal is another one, snapshots still have their own states", async () => {
  const gone = desk(Infinity, -Infinity, false);
  assert.deepEqual(await songsOf(gone.room, gone.past, [snapshot(1), snapshot(2)]), ["stored s1", "stored s2"]);
  const other = desk(0, 5_000);
  assert.deepEqual(await songsOf(other.room, other.past, [snapshot(3, "before"), snapshot(4)]), ["stored s3", "replayed 4"]);
});
