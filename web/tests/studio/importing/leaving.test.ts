import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";

import type { Room } from "@prime/client";

import { askBeforeLeaving, tellWhatCame } from "../../../studio/src/importing/leaving.js";
import { keepImport, type KeptImport } from "../../../studio/src/importing/kept_import.js";
import type { Studio } from "../../../studio/src/studio.js";

test("the browser asks before the page is left while a file comes in, and only then", () => {
  const importing = signal<string | null>(null);
  const page = new EventTarget();
  askBeforeLeaving(importing, page as Window);
  const asks = (): boolean => {
    const event = Object.defineProperty(new Event("beforeunload", { cancelable: true }), "returnValue", { value: false, writable: true }); // as browsers have it
    return !page.dispatchEvent(event);
  };
  assert.equal(asks(), false);
  importing.value = "“x.mid”";
  assert.equal(asks(), true);
  importing.value = null;
  assert.equal(asks(), false);
});

test("after a reload it is told once what has come, behind what was still on its way", async () => {
  const told: string[] = [];
  const tell = async (more: Partial<KeptImport>, undo: number, project: string, isThere = true): Promise<void> => {
    const room = {
      project, get: () => (isThere ? {} : undefined), undoable: { value: { undo: 0, redo: 0 } },
      saved: async () => { Object.assign(room.undoable.value, { undo }); },
    };
    const studio = { client: { user: { value: { id: "ada" } } }, device: "d", room: { value: room }, importing: { value: null }, tell: (text: string) => told.push(text) } as unknown as Studio;
    const asRoom = room as unknown as Room;
    keepImport(studio, asRoom, { mark: "", name: "“x.mid”", count: 8, made: 3, undoBefore: 4, track: "t", isTold: false, ...more });
    await tellWhatCame(studio, asRoom);
    await tellWhatCame(studio, asRoom);
  };
  await tell({}, 5, "p1");
  await tell({}, 6, "p2");
  await tell({ made: 8 }, 5, "p3");
  await tell({}, 4, "p4", false);
  await tell({ isTold: true }, 5, "p5");
  assert.deepEqual(told, [
    "“x.mid” was not brought in whole: this page was left or loaded anew at 37%. Undo takes back what is there of it.",
    "“x.mid” was not brought in whole: this page was left or loaded anew at 37%. Undo takes back what is there of it, in 2 steps.",
    "“x.mid” is here. Undo takes it back.",
    "“x.mid” was not brought in: this page was left or loaded anew at 37%, and nothing of it is there.",
  ]);
});
