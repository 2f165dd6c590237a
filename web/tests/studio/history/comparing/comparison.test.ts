import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { stillOf, type Room } from "@prime/client";

import { Comparison, nowSide } from "../../../../studio/src/history/comparing/comparison.js";
import { songOf, TWO_TRACKS } from "../../song.js";

/** A room whose song can be replaced, and who listens to it. */
function roomThatChanges(): { room: Room; become(song: ReturnType<typeof stillOf>): void; listeners: Set<() => void> } {
  let song = songOf(TWO_TRACKS) as ReturnType<typeof stillOf>;
  const listeners = new Set<() => void>();
  const room = {
    get: (...words: Parameters<typeof song.get>) => song.get(...words),
    all: (...words: Parameters<typeof song.all>) => song.all(...words),
    by: (...words: Parameters<typeof song.by>) => song.by(...words),
    onChange: (hear: () => void) => {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
  } as unknown as Room;
  return { room, listeners, become: (next) => { song = next; listeners.forEach((hear) => hear()); } };
}

test("a comparison with now goes on with what is edited, gathered, until it is stopped", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { room, become, listeners } = roomThatChanges();
    const comparison = new Comparison({ title: "then", song: songOf(TWO_TRACKS), seq: 1 }, nowSide(room));
    assert.deepEqual(comparison.found.value.changes, []);
    const stop = comparison.follow(room, 500);
    become(songOf({ ...TWO_TRACKS, clips: { c1: TWO_TRACKS.clips.c1 } }) as ReturnType<typeof stillOf>);
    assert.deepEqual(comparison.found.value.changes, []);
    mock.timers.tick(500);
    assert.deepEqual(comparison.found.value.changes.map(({ kind, key }) => [kind, key]), [["removed", "clips/c2"]]);
    become(songOf(TWO_TRACKS) as ReturnType<typeof stillOf>);
    stop();
    mock.timers.tick(5_000);
    assert.equal(comparison.found.value.changes.length, 1);
    assert.equal(listeners.size, 0);
  } finally {
    mock.timers.reset();
  }
});
