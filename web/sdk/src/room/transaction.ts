/** Gathers the ops of one edit. */

import { newId } from "../ids.js";
import type { Collection, Op, ProjectState } from "../schema/types.js";

/** Collection -> its entities' type. */
export type Entities = { [C in Collection]: C extends keyof ProjectState ? ProjectState[C][keyof ProjectState[C]] : never };

export class Transaction {
  readonly ops: Op[] = [];

  /** Returns the id. What is left out gets its default. */
  insert<C extends Collection>(collection: C, entity: Partial<Entities[C]>, id = newId()): string {
    this.ops.push({ op: "insert", col: collection, id, entity } as unknown as Op);
    return id;
  }

  /** `expect`: the values that must be there when it is applied, or the op is dropped (rule O7). */
  set<C extends Collection>(collection: C, id: string, props: Partial<Entities[C]>, expect?: Partial<Entities[C]>): void {
    this.ops.push({ op: "set", col: collection, id, props, ...(expect && { expect }) } as unknown as Op);
  }

  move(collection: Collection, id: string, to: { parent?: string | null; order?: string; time?: number }): void {
    this.ops.push({ op: "move", col: collection, id, ...to } as unknown as Op);
  }

  /** `alone`: only if nothing else points at it (rule O17). */
  delete(collection: Collection, id: string, alone = false): void {
    this.ops.push({ op: "delete", col: collection, id, ...(alone && { alone }) } as unknown as Op);
  }
}
