/** Makes the edits of an import a few at a time, each once one before it is saved: the page can be used meanwhile, and no answer goes over all of them. */

import type { Room } from "@prime/client";

import type { Op } from "./import_edits.js";

/** In one edit: while it is made and drawn, the page does nothing else. */
export const OPS_AN_EDIT = 500;

/** Edits without an answer at once: each answer goes over all of them. */
export const MOST_ON_THE_WAY = 4;

/** It went no further, for what `mayGoOn` says. */
export class Stopped extends Error {}

export interface StepsTold {
  /** An edit was made, so many ops in all; it is seen already. */
  made(ops: number): void;
  /** So many ops are saved; `dropped`: of those, what others have overtaken. */
  saved(ops: number, dropped: number): void;
  /** Asked before each edit. */
  mayGoOn(): boolean;
}

/** `mark`: their ids begin with it. One step of undo, as far as a step reaches (rule U5). Rejects with `Stopped`, or as an edit does, once those on their way have their answers. */
export async function makeEdits(room: Room, ops: Iterable<Op>, mark: string, { made, saved, mayGoOn }: StepsTold): Promise<void> {
  const onTheWay = new Set<Promise<void>>();
  let [madeCount, savedCount, droppedCount] = [0, 0, 0];
  try {
    for (const part of inParts(ops, OPS_AN_EDIT)) {
      while (onTheWay.size >= MOST_ON_THE_WAY) await Promise.race(onTheWay);
      await nextTask();
      if (!mayGoOn()) throw new Stopped();
      const edit = room.edit((tx) => part.forEach((op) => op(tx)), { step: mark, mark });
      made((madeCount += part.length));
      const answered: Promise<void> = edit.saved.then(({ dropped }) => {
        onTheWay.delete(answered);
        savedCount += part.length;
        droppedCount += dropped.length;
        saved(savedCount, droppedCount);
      });
      answered.catch(() => {}); // it is told once
      onTheWay.add(answered);
    }
    await Promise.all(onTheWay);
  } catch (error) {
    await Promise.allSettled(onTheWay);
    throw error;
  }
}

function* inParts(ops: Iterable<Op>, size: number): Generator<Op[]> {
  let part: Op[] = [];
  for (const op of ops) {
    part.push(op);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** What waits is done first: keys, frames, messages. A timer of a hidden page would take a second. */
export function nextTask(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
