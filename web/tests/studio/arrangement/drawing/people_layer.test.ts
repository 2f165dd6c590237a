import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member, Presence } from "@prime/client";

import { MOST_NAMES, PeopleLayer, type PeopleScene } from "../../../../studio/src/arrangement/drawing/people_layer.js";

/** A canvas that notes the texts on it and where lines begin; a letter is 6 pixels wide. */
function canvas(): { paint: CanvasRenderingContext2D; texts: string[]; begins: number[][] } {
  const texts: string[] = [];
  const begins: number[][] = [];
  const paint = new Proxy({ measureText: (text: string) => ({ width: text.length * 6 }) } as { [name: string]: unknown }, {
    get: (own, name: string) => own[name] ?? ((...words: unknown[]) => { 
      if (name === "fillText") texts.push(String(words[0]));
      if (name === "moveTo") begins.push(words as number[]);
    }),
    set: () => true,
  });
  return { paint: paint as unknown as CanvasRenderingContext2D, texts, begins };
}

function memberAt(number: number, presence: Presence = {}): Member {
  return { member: `m${number}`, user: `u${number}`, name: `Name ${number}`, color: "#aabbcc", role: "editor",
    presence: { cursor: { time: number * 10, track: "t1", y: 0.5 }, ...presence } } as Member;
}

function sceneOf(others: readonly Member[], more: Partial<PeopleScene> = {}): PeopleScene {
  return {
    axis: { start: 0, scale: 4 }, top: 0, width: 2_000, height: 600, others, rowOf: () => ({ id: "t1", depth: 0, top: 0, height: 30, below: 0 }),
    clipBox: () => null, playhead: 0, accent: "#ffffff", glides: false, mouse: null, ...more,
  };
}

const crowd = (count: number): Member[] => Array.from({ length: count }, (_, at) => memberAt(at));

test("a few people have their names; of a crowd those near the mouse do, however all of them move", () => {
  const few = canvas();
  new PeopleLayer(few.paint).draw(sceneOf(crowd(MOST_NAMES)), 0);
  assert.equal(few.texts.length, MOST_NAMES);
  const many = canvas();
  const layer = new PeopleLayer(many.paint);
  layer.draw(sceneOf(crowd(MOST_NAMES + 1)), 0);
  layer.draw(sceneOf(crowd(MOST_NAMES + 1).map((each) => ({ ...each, presence: { cursor: { time: 3, track: "t1", y: 1 } } }))), 16);
  assert.equal(many.texts.length, 0);
  layer.draw(sceneOf(crowd(MOST_NAMES + 1), { mouse: [5 * 40 + 3, 60] }), 32);
  assert.deepEqual(many.texts.map((text) => /Name \d+/.exec(text)![0]), ["Name 5"]);
});

test("in a crowd a name is seen for a while after its member selected something or took another tool", () => {
  const { paint, texts } = canvas();
  const layer = new PeopleLayer(paint);
  const others = crowd(MOST_NAMES + 1);
  layer.draw(sceneOf(others), 0);
  const acted = others.map((each, at) => (at === 2 ? memberAt(2, { selection: ["c1"] }) : at === 4 ? memberAt(4, { tool: "pencil" }) : each));
  assert.equal(layer.draw(sceneOf(acted), 1_000), true, "another frame takes the names away");
  assert.deepEqual(texts.map((text) => /Name \d+/.exec(text)![0]), ["Name 2", "Name 4"]);
  texts.length = 0;
  assert.equal(layer.draw(sceneOf(acted), 4_000), false);
  assert.deepEqual(texts, []);
});

test("once all have come where they are seen no frame is asked for", () => {
  const layer = new PeopleLayer(canvas().paint);
  layer.draw(sceneOf([memberAt(1)]), 0);
  assert.equal(layer.draw(sceneOf([memberAt(1)]), 16), false);
  const gliding = sceneOf([memberAt(9)].map((each) => ({ ...each, member: "m1" })), { glides: true });
  assert.equal(layer.draw(gliding, 32), true);
  let frames = 0;
  while (layer.draw(gliding, 48 + 16 * frames)) frames += 1;
  assert.ok(frames > 5 && frames < 60, `${frames} frames`);
});

/** Draws the only member, whose cursor was sent to a place of the song, in a frame at a time; where it is then. */
function cursor(): (time: number, at: number) => number {
  const { paint, begins } = canvas();
  const layer = new PeopleLayer(paint);
  return (time, at) => {
    begins.length = 0;
    layer.draw(sceneOf([memberAt(0, { cursor: { time, track: "t1", y: 0.5 } })], { glides: true, playhead: 1_000 }), at);
    return begins[0]![0]!;
  };
}

/** Where the cursor is after frames at these times, on its way from 0 to 400 pixels. */
function glided(frames: readonly number[]): number[] {
  const draw = cursor();
  draw(0, 0);
  return frames.map((at) => draw(100, at));
}

test("a cursor glides: as far in a time however many frames it has, and without a jump after a rest or in a late frame", () => {
  const slow = glided([5_000, 5_016, 5_032, 5_048]);
  const fast = glided([5_000, 5_008, 5_016, 5_024, 5_032, 5_040, 5_048]);
  assert.ok(slow[0]! > 0 && slow[0]! < 400 / 2, "after a rest of five seconds");
  assert.ok(Math.abs(slow.at(-1)! - fast.at(-1)!) < 1e-6, `${slow.at(-1)} and ${fast.at(-1)}`);
  const [first, late] = glided([5_000, 9_000]);
  assert.ok(late! - first! < (400 - first!) * 0.6);
  assert.ok(glided(Array.from({ length: 60 }, (_, at) => at * 16)).at(-1)! > 399.5);
});

test("a cursor that is sent on before it is there glides from one message to the next, and arrives", () => {
  const draw = cursor();
  let at = 0;
  const passed = [draw(20, at)];
  for (const time of [60, 100, 140]) for (const ms of [16, 17, 33]) passed.push(draw(time, (at += ms)));
  for (let n = 0; n < 60; n += 1) passed.push(draw(140, (at += 16)));
  for (const [n, later] of passed.slice(1).entries()) {
    const step = later - passed[n]!;
    assert.ok(step >= 0 && step < ((140 - 20) * 4) / 3, `${passed}`);
  }
  assert.ok(passed[9]! > 80 && Math.abs(passed.at(-1)! - 140 * 4) < 1, "it arrives");
});
