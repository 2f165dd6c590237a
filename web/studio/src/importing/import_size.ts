/** How much of a project a song fills, by the count of the server: told before anything is sent. As files/song_size.py. */

import { COLLECTIONS, newId, type Collection, type Room, type Transaction } from "@prime/client";

import { sizeOf } from "../../../sdk/src/copy/digest.js";
import type { Op } from "./import_edits.js";
import { nextTask } from "./import_steps.js";
import { BrokenMidi } from "./midi_file.js";

/** A project holds so much at most (`MAX_STATE_BYTES`). */
export const MOST_STATE_BYTES = 20_971_520;

const MIB = 1_048_576;

/** Counted in one go: what waits in the page is done behind them. */
const ENTITIES_A_STEP = 2_000;

type Props = { readonly [name: string]: unknown };

/** All ops of a song. Throws `BrokenMidi` where they make more than the project has room for. */
export async function opsWithRoom(room: Room, ops: Iterable<Op>): Promise<readonly Op[]> {
  const adding = new Adding(room);
  const counted: Op[] = [];
  for (const op of ops) {
    adding.count(op);
    counted.push(op);
    if (counted.length % ENTITIES_A_STEP === 0) await nextTask();
  }
  const left = Math.max(0, MOST_STATE_BYTES - (await bytesOf(room)));
  if (adding.bytes <= left) return counted;
  const most = adding.bytes > MOST_STATE_BYTES ? `a project holds at most ${MOST_STATE_BYTES / MIB} MiB` : `this project takes ${(Math.floor((left / MIB) * 100) / 100).toFixed(2)} MiB more`;
  throw new BrokenMidi(`comes to ${(adding.bytes / MIB).toFixed(2)} MiB as a project keeps it, and ${most}: split the song or thin out its automation and notes`);
}

/** Of all entities that are there, as rule O16 counts them. */
export async function bytesOf(room: Room): Promise<number> {
  let [bytes, entities] = [0, 0];
  for (const collection of Object.keys(COLLECTIONS) as Collection[]) {
    for (const [id, entity] of room.all(collection) as ReadonlyMap<string, Props>) {
      bytes += sizeOf(collection, id, entity);
      entities += 1;
      if (entities % ENTITIES_A_STEP === 0) await nextTask();
    }
  }
  return bytes;
}

/** Takes ops, and makes nothing of them but their sum. */
export class Adding {
  bytes = 0;
  private readonly tx: Transaction;

  constructor(room: Room) {
    const anyId = newId();
    this.tx = {
      insert: (collection: Collection, entity: Props, id = anyId) => {
        this.bytes += sizeOf(collection, id, { ...COLLECTIONS[collection].defaults, ...entity });
      },
      set: (collection: Collection, id: string, props: Props) => {
        const before = room.get(collection, id) as Props | undefined;
        if (before !== undefined) this.bytes += sizeOf(collection, id, { ...before, ...props }) - sizeOf(collection, id, before);
      },
    } as unknown as Transaction;
  }

  count(op: Op): void {
    op(this.tx);
  }
}
