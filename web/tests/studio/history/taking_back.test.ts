import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { newId, type Client, type Collection, type Readable, type Saved } from "@prime/client";

import { EditList, type Entry } from "../../../studio/src/history/edit_list.js";
import { importMark } from "../../../studio/src/edit_marks.js";
import { TakingBack } from "../../../studio/src/history/taking_back.js";
import { keepImport } from "../../../studio/src/importing/kept_import.js";
import type { Studio } from "../../../studio/src/studio.js";
import { songOf, TWO_TRACKS } from "../song.js";

/** A page of the history holds so many. */
const PAGE = 3;

function notes(from: number, to: number): { [id: string]: object } {
  return Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`n${from + at}`, { clip: "c1", time: at, duration: 1, key: 60 }]));
}

/** A page whose server takes back the latest step when it is told to: then it holds `song`, and its history `journal`. */
class Page {
  song: Readable = songOf({ ...TWO_TRACKS, notes: notes(0, 20) });
  journal: Entry[] = [];
  failure: Error | null = null;
  readonly told: string[] = [];
  answer: { done: (saved: Saved) => void; fail: (error: Error) => void } | null = null;
  readonly studio: Studio;
  readonly taking: TakingBack;

  constructor() {
    const call = async (_method: string, { before = Infinity }: { before?: number }): Promise<unknown> => {
      if (this.failure !== null) throw this.failure;
      const older = this.journal.filter(({ seq }) => seq < before).sort((a, b) => b.seq - a.seq);
      return { entries: older.slice(0, PAGE), next: older.length > PAGE ? older[PAGE - 1]!.seq : null, oldest: 1 };
    };
    const client = { call, user: { value: { id: "ada" } } } as unknown as Client;
    const step = (): Promise<Saved> => new Promise((done, fail) => { this.answer = { done, fail }; });
    const room = {
      project: newId(), undo: step, redo: step,
      all: (collection: Collection) => this.song.all(collection), get: (collection: Collection, id: string) => this.song.get(collection, id),
    };
    this.studio = {
      client, device: "d", mayBringBack: true, room: { value: room }, edits: { value: new EditList(client, room.project, (_id, name) => name) },
      tell: (text: string) => { this.told.push(text); },
    } as unknown as Studio;
    this.taking = new TakingBack(this.studio);
  }

  add(seq: number, more: object): void {
    this.journal.push({ seq, id: newId(), at: 0, user: { id: "ada", name: "Ada", username: "ada" }, member: "m", purpose: "edit", reverts: null, ops: [], total: 0, ...more } as unknown as Entry);
  }

  /** `count` deltas from `first` on, each of two notes that are deleted. */
  addUndo(first: number, count: number, reverts: number): number {
    const last = first + count - 1;
    for (let seq = first; seq <= last; seq += 1) this.add(seq, { purpose: "undo", reverts: seq === last ? reverts : null, ops: [{ op: "delete", col: "notes", id: `n${seq}` }], total: 2 });
    return last;
  }

  async words(): Promise<string> {
    const { length } = this.told;
    while (this.told.length === length) await new Promise((done) => { setImmediate(done); });
    return this.told.at(-1)!;
  }
}

test("of an undo that is longer than a page of the history all parts are told, and that more of the file goes by the next", async () => {
  const page = new Page();
  const mark = importMark();
  keepImport(page.studio, page.studio.room.value!, { mark, name: "“x.mid”", count: 20, made: 20, undoBefore: 0, track: "t1", isTold: true });
  for (const seq of [1, 2, 3, 4]) page.add(seq, { id: `${mark}-${newId()}`, total: 5, ops: [] });
  await page.studio.edits.value!.load();
  page.taking.undo();
  page.song = songOf({ ...TWO_TRACKS, notes: notes(0, 4) });
  page.answer!.done({ seq: page.addUndo(5, 8, 4), dropped: [], droppedTotal: 0 });
  assert.equal(await page.words(), "You undid #4: deleted 16 notes. More of “x.mid” is there: undo takes that back, too.");
  page.taking.undo();
  page.song = songOf({});
  page.answer!.done({ seq: page.addUndo(13, 1, 2), dropped: [], droppedTotal: 0 });
  assert.match(await page.words(), /^You undid #2: [^.]*\.$/, "nothing of it is there any more");
});

test("where the history cannot be asked, it is told by what has become of the song", async () => {
  const page = new Page();
  page.failure = new Error("no line");
  page.taking.redo();
  page.song = songOf({ ...TWO_TRACKS, notes: notes(0, 25) });
  page.answer!.done({ seq: 9, dropped: [], droppedTotal: 0 });
  assert.equal(await page.words(), "Redone: added 5 notes.");
  page.taking.undo();
  page.answer!.done({ seq: 10, dropped: [], droppedTotal: 0 });
  assert.equal(await page.words(), "Undone.");
});

test("one that takes long is told to be under way, and of several the latest is told", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const page = new Page();
    page.taking.undo();
    const first = page.answer!;
    mock.timers.tick(900);
    page.taking.undo();
    mock.timers.tick(900);
    assert.deepEqual(page.told, [], "the first is not the latest any more, and the second is not long yet");
    mock.timers.tick(100);
    assert.equal(page.told.at(-1), "An undo is under way …");
    first.fail(new Error("too late"));
    page.answer!.done({ seq: page.addUndo(1, 1, 0), dropped: [], droppedTotal: 0 });
    assert.match(await page.words(), /^You undid #0: deleted note/);
    mock.timers.tick(9_000);
    assert.equal(page.told.length, 2);
  } finally {
    mock.timers.reset();
  }
});
