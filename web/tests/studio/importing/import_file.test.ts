import assert from "node:assert/strict";
import { test } from "node:test";

import { Refused, Unanswered, type Dropped, type EditOptions, type Room, type Saved, type Transaction } from "@prime/client";

import { Live } from "../../../sdk/src/live.js";
import type { Op } from "../../../studio/src/importing/import_edits.js";
import { importFile } from "../../../studio/src/importing/import_file.js";
import { MOST_STATE_BYTES, opsWithRoom } from "../../../studio/src/importing/import_size.js";
import { MOST_ON_THE_WAY, OPS_AN_EDIT } from "../../../studio/src/importing/import_steps.js";
import { lostInWords } from "../../../studio/src/importing/import_words.js";
import { BrokenMidi } from "../../../studio/src/importing/midi_file.js";
import type { Studio } from "../../../studio/src/studio.js";
import { fileOf, trackOf } from "./midi.js";

/** A room that keeps what is inserted, and answers when it is told to. */
class SlowRoom {
  readonly role = new Live("editor");
  readonly isSynced = new Live(true);
  readonly undoable = new Live({ undo: 3, redo: 0 });
  readonly entities = new Map<string, Map<string, object>>([["channels", new Map([["ch_master", { role: "master", order: "a0" }]])]]);
  readonly steps = new Set<string | undefined>();
  /** Edits without an answer. */
  readonly onTheWay: { done: (saved: Saved) => void; fail: (error: Error) => void }[] = [];
  mostOnTheWay = 0;
  edits = 0;
  opsOfLargest = 0;

  all(collection: string): Map<string, object> {
    return this.entities.get(collection) ?? new Map();
  }

  get(collection: string, id: string): object | undefined {
    return this.all(collection).get(id);
  }

  edit(change: (tx: Transaction) => void, { step }: EditOptions): { saved: Promise<Saved> } {
    let ops = 0;
    const insert = (collection: string, entity: object, id: string): void => {
      ops += 1;
      if (!this.entities.has(collection)) this.entities.set(collection, new Map());
      this.entities.get(collection)!.set(id, entity);
    };
    change({ insert, set: () => { ops += 1; } } as unknown as Transaction);
    this.steps.add(step);
    this.edits += 1;
    this.opsOfLargest = Math.max(this.opsOfLargest, ops);
    const saved = new Promise<Saved>((done, fail) => { this.onTheWay.push({ done, fail }); });
    this.mostOnTheWay = Math.max(this.mostOnTheWay, this.onTheWay.length);
    return { saved };
  }

  answer(dropped: readonly Dropped[] = []): void {
    this.onTheWay.shift()!.done({ seq: this.edits, dropped, droppedTotal: dropped.length });
  }
}

let room: SlowRoom;
let told: { text: string; kind: string; about: string }[];
let studio: Studio;

/** With a room and a page of its own. */
function testFresh(name: string, run: () => Promise<void>): void {
  test(name, () => {
    begin();
    return run();
  });
}

function begin(): void {
  room = new SlowRoom();
  told = [];
  studio = {
    client: { user: { value: { id: "ada" } } }, device: "d", room: { value: room as unknown as Room }, mayEdit: true, over: { value: null }, isArchived: { value: false }, isAtRest: false, importing: { value: null }, playhead: { value: 0 }, selection: { value: null }, jump: { value: null },
    tell: (text: string, kind: string, about: string) => { told.push({ text, kind, about }); },
    select: (collection: string, ids: readonly string[]) => Object.assign(studio.selection, { value: { collection, ids } }),
  } as unknown as Studio;
}

const TRACKS = 4;

/** Four tracks with so many notes in all. */
function file(notes: number, name = "x.mid"): File {
  const track = trackOf(Array.from({ length: notes / TRACKS }, () => [[0, 0x90, 60, 90], [10, 0x80, 60, 0]]).flat());
  return { name, size: 1, arrayBuffer: async () => fileOf(Array.from({ length: TRACKS }, () => track)).buffer } as unknown as File;
}

/** Until something is so; each step of the import is a task of its own. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => { setImmediate(done); });
}

const last = (): string => told.at(-1)!.text;

testFresh("a large file comes in edits of one step, few of them on their way at once, and it is told how far", async () => {
  const importing = importFile(studio, file(8_000));
  let isOver = false;
  void importing.then(() => { isOver = true; });
  await until(() => room.onTheWay.length === MOST_ON_THE_WAY);
  assert.match(last(), /“x.mid” comes in: 0% of it is saved/);
  assert.equal(room.edits, MOST_ON_THE_WAY);
  assert.deepEqual(studio.jump.value, { track: (studio.selection.value?.ids ?? [])[0], keys: "track" });
  while (!isOver) {
    if (room.onTheWay.length > 0) room.answer();
    await until(() => isOver || room.onTheWay.length > 0);
  }
  assert.equal(room.mostOnTheWay, MOST_ON_THE_WAY);
  assert.equal(room.opsOfLargest, OPS_AN_EDIT);
  assert.equal(room.edits, Math.ceil((8_000 + 4 * TRACKS) / OPS_AN_EDIT));
  assert.equal(room.steps.size, 1);
  assert.deepEqual(told.map(({ text }) => /(\d+)%/.exec(text)?.[1]).filter((percent) => percent !== undefined), ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]);
  assert.equal(last(), "“x.mid” is here: 4 tracks, 8000 notes.");
  assert.equal(studio.selection.value?.ids.length, TRACKS);
  assert.equal(studio.importing.value, null);
});

testFresh("a second file meanwhile is told in a sentence, and nothing of it is done", async () => {
  const first = importFile(studio, file(4_000));
  await until(() => room.onTheWay.length === MOST_ON_THE_WAY);
  const { edits } = room;
  await importFile(studio, file(4, "y.mid"));
  assert.equal(last(), "“x.mid” is still coming in: bring “y.mid” in once it is here.");
  assert.notEqual(told.at(-1)!.about, told[0]!.about, "it does not take the place of what is told of the first");
  assert.equal(room.edits, edits);
  room.role.set("viewer");
  while (room.onTheWay.length > 0) room.answer();
  await first;
});

testFresh("a lost connection is told, and it goes on after it", async () => {
  const importing = importFile(studio, file(100));
  await until(() => room.onTheWay.length === 1);
  room.isSynced.set(false);
  assert.match(last(), /“x.mid” waits at 0%: this page is not connected just now/);
  assert.equal(told.at(-1)!.kind, "warning");
  room.isSynced.set(true);
  assert.match(last(), /comes in: 0%/);
  room.answer();
  await importing;
  assert.match(last(), /is here/);
  room.isSynced.set(false);
  assert.match(last(), /is here/, "it is not told any more");
});

/** What is told in the end of one that is hindered with four edits on their way. */
async function hindered(by: () => void, answer = (): void => room.answer()): Promise<string> {
  const importing = importFile(studio, file(8_000));
  await until(() => room.onTheWay.length === MOST_ON_THE_WAY);
  room.answer();
  await until(() => room.onTheWay.length === MOST_ON_THE_WAY);
  const { edits } = room;
  by();
  while (room.onTheWay.length > 0) answer();
  await importing;
  assert.equal(room.edits, edits, "nothing more is sent");
  assert.equal(told.at(-1)!.kind, "failure");
  assert.equal(studio.importing.value, null);
  return last();
}

testFresh("who leaves the project in the middle is told how far it has come", async () => {
  const leave = (): void => { Object.assign(studio.room, { value: null }); };
  const words = await hindered(leave, () => room.onTheWay.shift()!.fail(new Unanswered("no answer came before we left")));
  assert.equal(words, "“x.mid” was not brought in whole: you have left the project at 6%. Open it again: undo takes back what is there of it.");
});

testFresh("who may not edit any more is told so", async () => {
  assert.match(await hindered(() => room.role.set("viewer")), /you may not edit this song any more\. 31% of it is there/);
});

testFresh("one that is undone in the middle does not go on", async () => {
  assert.match(await hindered(() => room.entities.get("tracks")!.clear()), /tracks of it were taken out again at 31%\. Undo takes back what is there of it\./);
});

testFresh("one that is refused is told with the reason, and how often undo is pressed", async () => {
  const refuse = (): void => {
    room.undoable.set({ undo: 5, redo: 0 });
    room.onTheWay.shift()!.fail(new Refused("limit_reached", "a project holds 200,000 entities at most"));
  };
  assert.match(await hindered(() => {}, refuse), /was not brought in whole\. A project holds 200,000 entities at most\. Undo takes back what is there of it, in 2 steps\./);
});

testFresh("what has no place any more is counted, and how many presses of undo take it back", async () => {
  const importing = importFile(studio, file(100));
  await until(() => room.onTheWay.length === 1);
  room.undoable.set({ undo: 5, redo: 0 });
  room.answer([{} as Dropped, {} as Dropped]);
  await importing;
  assert.equal(last(), "“x.mid” is here: 4 tracks, 100 notes. Left out or changed: 2 that have no place any more, for the song was changed meanwhile. Undo takes it back in 2 steps.");
});

testFresh("a song with clips keeps its tempo, and that is told", async () => {
  room.entities.set("clips", new Map([["c", {}]]));
  const tempo = trackOf([[0, 0xff, 0x51, 3, 9, 0, 0], [0, 0xff, 6, 1, 65]]);
  const importing = importFile(studio, { name: "x.mid", size: 1, arrayBuffer: async () => fileOf([tempo]).buffer } as unknown as File);
  await until(() => room.onTheWay.length === 1);
  room.answer();
  await importing;
  assert.equal(last(), "“x.mid” is here: 0 tracks, 0 notes, 1 marker. Left out or changed: tempo, time signatures and key, for this song has its own.");
});

testFresh("a file that holds nothing, or more than the project takes, is told, and nothing is done", async () => {
  await importFile(studio, { name: "x", size: 1, arrayBuffer: async () => fileOf([trackOf([])]).buffer } as unknown as File);
  assert.equal(last(), "“x” holds no notes, no track with a name and no markers. Nothing was brought in; choose a file that ends in .mid.");
  room.entities.set("markers", new Map(Array.from({ length: 199_900 }, (_, at) => [String(at), {}])));
  await importFile(studio, file(100));
  assert.equal(last(), "“x.mid” holds 116 notes, points of automation, markers and tracks, and this project takes 97 more. Nothing was brought in.");
  assert.equal(room.edits, 0);
});

testFresh("what would fill a project up is refused before anything is brought in, and told how large it is", async () => {
  room.entities.set("markers", new Map([["m", { name: "x".repeat(MOST_STATE_BYTES - 1_048_576) }]]));
  await importFile(studio, file(8_000));
  assert.match(last(), /^“x\.mid” comes to 1\.\d\d MiB as a project keeps it, and this project takes 0\.99 MiB more: split the song or thin out its automation and notes\. Nothing was brought in\.$/);
  assert.equal(room.edits, 0);
  const large = Array.from({ length: 21 }, (): Op => (tx) => tx.insert("markers", { time: 0, name: "x".repeat(1_048_576) }));
  const ours = studio.room.value!;
  room.entities.delete("markers");
  await assert.rejects(opsWithRoom(ours, large), new BrokenMidi("comes to 21.00 MiB as a project keeps it, and a project holds at most 20 MiB: split the song or thin out its automation and notes"));
  assert.equal((await opsWithRoom(ours, large.slice(2))).length, 19);
});

testFresh("more entities than a project takes are refused, and told how many more it takes", async () => {
  room.entities.set("notes", new Map(Array.from({ length: 198_000 }, (_, at) => [`${at}`, {}])));
  await importFile(studio, file(8_000));
  assert.equal(last(), "“x.mid” holds 8,016 notes, points of automation, markers and tracks, and this project takes 1,997 more. Nothing was brought in.");
});

testFresh("of a damaged file of which nothing is left it is told which tracks are damaged, and where", async () => {
  const damaged = trackOf([[0, 0x90, 60]], false);
  const opened = (count: number): File => ({ name: "x.mid", size: 1, arrayBuffer: async () => fileOf([trackOf([]), ...Array.from({ length: count }, () => damaged)]).buffer }) as unknown as File;
  await importFile(studio, opened(1));
  assert.equal(last(), "“x.mid” holds no notes, no track with a name and no markers: track 2 is damaged from byte 3 on. Nothing was brought in.");
  await importFile(studio, opened(4));
  assert.match(last(), /markers: track 2 is damaged from byte 3 on, track 3 .*, track 4 .* on, 1 more track is damaged\. Nothing/);
});

test("one of what was lost is told as one", () => {
  assert.equal(lostInWords("changes of key", 1), "1 change of key");
  assert.equal(lostInWords("changes of key", 2), "2 changes of key");
  assert.equal(lostInWords("damaged tracks were read as far as they go", 1), "1 damaged track was read as far as it goes");
  assert.equal(lostInWords("pressure of a channel", 1), "1 pressure of a channel");
});
