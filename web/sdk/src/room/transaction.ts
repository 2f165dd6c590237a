/** Gathers the ops of one edit. */

import { WrongUse } from "../failures.js";
import { newId } from "../ids.js";
import type { Collection, Op, ProjectState } from "../schema/types.js";

/** Collection -> its entities' type: frozen, since an entity is replaced and never changed. */
export type Entities = { [C in Collection]: Readonly<ProjectState[C][keyof ProjectState[C]]> };

export class Transaction {
  private readonly ops: Op[] = [];
  private isOver = false;

  /** The ops as they are now; nothing can be added any more, and nobody changes them. Throws `WrongUse`. */
  end(): Op[] {
    this.isOver = true;
    try {
      return structuredClone(this.ops);
    } catch (error) {
      throw new WrongUse(`that cannot be sent: ${(error as Error).message}`);
    }
  }

  private add(op: unknown): void {
    if (this.isOver) throw new WrongUse("that edit is made: begin another one");
    this.ops.push(op as Op);
  }

  /** Returns the id. What is left out gets its default. */
  insert<C extends Collection>(collection: C, entity: Partial<Entities[C]>, id = newId()): string {
    this.add({ op: "insert", col: collection, id, entity });
    return id;
  }

  /** `expect`: the values that must be there when it is applied, or the op is dropped (rule O7). */
  set<C extends Collection>(collection: C, id: string, props: Partial<Entities[C]>, expect?: Partial<Entities[C]>): void {
    this.add({ op: "set", col: collection, id, props, ...(expect && { expect }) });
  }

  move(collection: Collection, id: string, to: { parent?: string | null; order?: string; time?: number }): void {
    this.add({ op: "move", col: collection, id, ...to });
  }

  /** `alone`: only if nothing else points at it (rule O17). */
  delete(collection: Collection, id: string, alone = false): void {
    this.add({ op: "delete", col: collection, id, ...(alone && { alone }) });
  }
}
