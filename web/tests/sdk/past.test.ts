import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { JSON_TEXT } from "../../sdk/src/connecting/codecs.js";
import { Gap } from "../../sdk/src/copy/gap.js";
import { stateOf } from "../../sdk/src/copy/state.js";
import { PrimeError } from "../../sdk/src/failures.js";
import { Past } from "../../sdk/src/history/past.js";
import { pastDeltas, type AskForOps } from "../../sdk/src/history/past_deltas.js";
import { Replay } from "../../sdk/src/history/past_replay.js";
import type { HistoryDelta, HistoryOps, Op } from "../../sdk/src/schema/types.js";

/** Marker and time, and the clip that it is made of, so that a group, a delete and an index are in it. */
type Markers = { [id: string]: { time: number; name: string } };

/** A project whose delta n moves, makes or deletes one of ten markers; those of `groups` go on in the next one. */
class Server {
  calls: string[] = [];
  epoch = "e";
  compacted = 0;

  constructor(readonly head: number, readonly groups: ReadonlySet<number> = new Set(), private readonly page = 7) {}

  private opsOf(seq: number): Op[] {
    const id = `marker_${seq % 10}`;
    if (!(id in this.stateAt(seq - 1))) return [{ op: "insert", col: "markers", id, entity: { time: seq, name: "new" } } as Op, { op: "set", col: "markers", id, props: { name: `${seq}` } } as Op];
    if (seq % 7 === 0) return [{ op: "delete", col: "markers", id } as Op];
    return [{ op: "set", col: "markers", id, props: { time: seq } } as Op];
  }

  private readonly states: Markers[] = [{}];

  stateAt(seq: number): Markers {
    for (let n = this.states.length; n <= seq; n += 1) {
      const state = { ...this.states[n - 1] };
      for (const op of this.opsOf(n) as { op: string; id: string; entity?: object; props?: object }[]) {
        if (op.op === "delete") delete state[op.id];
        else state[op.id] = { ...state[op.id], ...op.entity, ...op.props } as Markers[string];
      }
      this.states.push(state);
    }
    return this.states[seq]!;
  }

  endOf(seq: number): number {
    let end = seq;
    while (this.groups.has(end)) end += 1;
    return end;
  }

  delta(seq: number): HistoryDelta {
    return { seq, id: `delta_${seq}`, user: "u", member: "m", at: seq, ops: this.opsOf(seq), more: this.groups.has(seq) };
  }

  readonly askForState = async (seq: number, part: number) => {
    this.calls.push(`state ${seq}`);
    if (seq < this.compacted) throw new PrimeError("compacted", "gone", { oldest: this.compacted });
    if (seq > this.head) throw new PrimeError("position_ahead", "no", { head: this.head });
    const end = this.endOf(seq);
    const data = deflateSync(JSON.stringify({ markers: this.stateAt(end) })).toString("base64");
    return { position: { epoch: this.epoch, seq: end }, digest: "", part, parts: 1, data } as never;
  };

  /** Each page holds some ops; a delta may be cut. */
  readonly askForOps: AskForOps = async ({ after = 0, to = null, op = 0 }): Promise<HistoryOps> => {
    this.calls.push(`ops ${after}`);
    const position = { epoch: this.epoch, seq: this.endOf(to ?? this.head) };
    const deltas: HistoryDelta[] = [];
    let [left, skip] = [this.page, op];
    for (let seq = after + 1; seq <= position.seq; seq += 1) {
      const delta = this.delta(seq);
      const ops = delta.ops.slice(skip, skip + left);
      const cut = skip + ops.length < delta.ops.length;
      deltas.push({ ...delta, ops, op: skip, cut });
      if (cut) return { deltas, next: { after: seq - 1, op: skip + ops.length }, position };
      left -= ops.length;
      skip = 0;
      if (left === 0) return { deltas, next: seq < position.seq ? { after: seq, op: 0 } : null, position };
    }
    return { deltas, next: null, position };
  };

  past(mostBytes?: number): Past {
    return new Past(this.askForState, this.askForOps, JSON_TEXT, mostBytes);
  }
}

function markersOf(past: Past, seq: number): { at: number; markers: Markers } {
  const moment = past.at(seq);
  assert.notEqual(moment, null, `${seq} is here`);
  return { at: moment!.seq, markers: Object.fromEntries([...moment!.state.all("markers")].map(([id, { time, name }]) => [id, { time, name }])) };
}

/** All that is under way is here. */
async function settled(): Promise<void> {
  for (let n = 0; n < 2_000; n += 1) await new Promise((done) => setImmediate(done));
}

async function collected(deltas: AsyncIterable<HistoryDelta>): Promise<HistoryDelta[]> {
  const all: HistoryDelta[] = [];
  for await (const delta of deltas) all.push(delta);
  return all;
}

test("Y6: deltas come whole, whatever a page holds of them", async () => {
  for (const page of [1, 2, 3, 7]) {
    const server = new Server(30, new Set(), page);
    const all = await collected(pastDeltas(server.askForOps, 4, 20));
    assert.deepEqual(all.map(({ seq }) => seq), Array.from({ length: 16 }, (_, n) => n + 5));
    for (const delta of all) assert.deepEqual({ ...delta }, { ...server.delta(delta.seq), op: 0, cut: false });
  }
});

test("Y6: another epoch, a hole, and an end that is not there are gaps", async () => {
  const server = new Server(30);
  await assert.rejects(collected(pastDeltas(server.askForOps, 0, null, "another")), Gap);
  const other: AskForOps = async (place) => ({ ...await server.askForOps(place), ...(place.after! > 5 && { position: { epoch: "f", seq: 30 } }) });
  await assert.rejects(collected(pastDeltas(other, 0)), Gap);
  const holed: AskForOps = async (place) => {
    const page = await server.askForOps(place);
    return { ...page, deltas: page.deltas.filter(({ seq }) => seq !== 3) };
  };
  await assert.rejects(collected(pastDeltas(holed, 0)), Gap);
  const short: AskForOps = async (place) => ({ ...await server.askForOps(place), next: null });
  await assert.rejects(collected(pastDeltas(short, 0)), Gap);
});

test("Y5: every moment is had forwards and back, and what stays the same is the same object", async () => {
  const server = new Server(200);
  const past = server.past();
  assert.equal(past.at(150), null);
  await past.reach(150);
  await settled();
  const asked = server.calls.length;
  for (let n = 0; n < 2_000; n += 1) {
    const seq = (n * 77) % 201;
    assert.deepEqual(markersOf(past, seq), { at: seq, markers: server.stateAt(seq) });
  }
  for (let seq = 200; seq >= 0; seq -= 1) assert.deepEqual(markersOf(past, seq).markers, server.stateAt(seq));
  assert.equal(server.calls.length, asked, "no call for any of these steps");
  const before = past.at(100)!.state;
  const kept = before.all("markers");
  const seen = new Map(kept);
  past.at(180);
  assert.deepEqual([...before.all("markers")], [...seen], "a moment stays as it is");
  assert.equal(past.at(100)!.seq, 100);
  assert.equal(past.at(100)!.state.get("markers", "marker_1"), seen.get("marker_1"));
});

test("D14: nobody stands inside a group", async () => {
  const server = new Server(40, new Set([10, 11, 12, 39]), 3);
  const past = server.past();
  await past.reach(20);
  await settled();
  for (const [seq, end] of [[9, 9], [10, 13], [12, 13], [13, 13], [11, 13], [14, 14], [38, 38], [39, 40], [9, 9], [11, 13]] as const) {
    assert.deepEqual(markersOf(past, seq), { at: end, markers: server.stateAt(end) });
  }
});

test("where deltas weigh too much for what is held, each moment is had all the same", async () => {
  const server = new Server(3_000, new Set([1_500, 1_501, 2_000]), 50);
  const past = server.past(1);
  for (const [seq, end] of [[1_499, 1_499], [1_500, 1_502], [1_501, 1_502], [2_500, 2_500], [2_000, 2_001], [0, 0], [3_000, 3_000]] as const) {
    await past.reach(seq);
    assert.deepEqual(markersOf(past, seq), { at: end, markers: server.stateAt(end) });
  }
});

test("of a long history what is around is here, and what is further is got when it is asked for", async () => {
  const server = new Server(9_000, new Set(), 400);
  const past = server.past();
  await past.reach(5_000);
  await settled();
  assert.equal(past.has(4_000), true);
  assert.equal(past.has(3_999), false);
  assert.equal(past.has(8_500), false);
  for (const seq of [5_900, 4_010, 100, 8_999, 9_000, 0]) {
    await past.reach(seq);
    assert.deepEqual(markersOf(past, seq), { at: seq, markers: server.stateAt(seq) });
    await settled();
  }
  let calls = 0;
  for (let seq = 5_000; seq > 2_000; seq -= 1) { // by and by, as a hand moves: what comes next is here before
    if (!past.has(seq)) {
      calls += 1;
      await past.reach(seq);
    }
    assert.deepEqual(markersOf(past, seq).markers, server.stateAt(seq));
    if (seq % 50 === 0) await settled();
  }
  assert.equal(calls, 1);
  await assert.rejects(past.reach(9_001), (error: PrimeError) => error.code === "position_ahead");
});

test("Y4: what is compacted is not asked for twice, and the rest is had", async () => {
  const server = new Server(300);
  server.compacted = 120;
  const past = server.past();
  await past.reach(130);
  await settled();
  const asked = server.calls.length;
  assert.deepEqual(markersOf(past, 120).markers, server.stateAt(120));
  assert.deepEqual(markersOf(past, 300).markers, server.stateAt(300));
  await settled();
  assert.equal(server.calls.length, asked);
  await assert.rejects(past.reach(119), (error: PrimeError) => error.code === "compacted");
});

test("deltas that do not fit to the state are given up, and all is begun anew", async () => {
  const server = new Server(50);
  const past = server.past();
  await past.reach(20);
  await settled();
  server.epoch = "f";
  const grown = new Server(60);
  grown.epoch = "f";
  const moved = new Past(grown.askForState, grown.askForOps, JSON_TEXT);
  await moved.reach(55);
  assert.deepEqual(markersOf(moved, 55).markers, grown.stateAt(55));
  const wrong = new Replay(stateOf({ markers: {} }), 3);
  wrong.take({ ...server.delta(4), ops: [{ op: "set", col: "markers", id: "nobody", props: { time: 1 } } as Op] });
  assert.throws(() => wrong.goTo(4));
  assert.equal(wrong.seq, 3);
  assert.throws(() => wrong.take(server.delta(7)), Gap);
  assert.throws(() => wrong.goTo(9), RangeError);
  assert.deepEqual([...wrong.still().all("markers")], []);
});

test("an index is of its moment", () => {
  const replay = new Replay(stateOf({ clips: { c: { track: "a" } }, tracks: { a: { parent: null } } }), 0);
  const take = (seq: number, track: string): void => replay.take({ seq, id: `d${seq}`, user: "u", member: "m", at: 0, ops: [{ op: "set", col: "clips", id: "c", props: { track } } as Op] });
  take(1, "b");
  take(2, "c");
  const first = replay.still();
  assert.deepEqual([...first.by("clips", "track", "a")], ["c"]);
  assert.deepEqual([...first.by("tracks", "parent", null)], ["a"]);
  replay.goTo(2);
  const last = replay.still();
  assert.deepEqual([...last.by("clips", "track", "c")], ["c"]);
  assert.deepEqual([...last.by("clips", "track", "a")], []);
  assert.deepEqual([...last.by("tracks", "parent", null)], ["a"]);
  replay.goTo(0);
  assert.deepEqual([...replay.still().by("clips", "track", "a")], ["c"]);
  assert.deepEqual([...first.by("clips", "track", "a")], ["c"]);
  assert.deepEqual([...last.by("clips", "track", "c")], ["c"]);
  assert.equal(replay.still(), replay.still());
});
