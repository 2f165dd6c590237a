/** Gathers the ops of one edit. */

import { WrongUse } from "../failures.js";
import { newId } from "../ids.js";
import type { Collection, Op, ProjectState } from "../schema/types.js";

/** Collection -> its entities' type: frozen, since an entity is replaced and never changed. */
export type Entities = { [C in Collection]: Readonly<ProjectState[C][keyof ProjectState[C]]> };

/** Collection -> what is inserted: what may be left out has a default. A project has one `project` and one `transport`. */
export type Inserts = { readonly [Each in Extract<Op, { op: "insert" }> as Each["col"]]: Each["entity"] };

/** Collection -> where one of it may be moved: a new parent, another place among its siblings, another time. */
export type Moves = { readonly [Each in Extract<Op, { op: "move" }> as Each["col"]]: Omit<Each, "op" | "col" | "id"> };

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

  /** Returns the id, by which later ops of this edit may name it. What is left out gets its default. */
  insert<C extends keyof Inserts>(collection: C, entity: Inserts[C], id = newId()): string {
    this.add({ op: "insert", col: collection, id, entity });
    return id;
  }

  /** What is left out stays as it is. `expect`: the values that must be there when it is applied, or the op is dropped (rule O7). */
  set<C extends Collection>(collection: C, id: string, props: Partial<Entities[C]>, expect?: Partial<Entities[C]>): void {
    this.add({ op: "set", col: collection, id, props, ...(expect && { expect }) });
  }

  /** To another parent, place or time, as one unit (rule O6): who moves the same one at once does not mix with us. */
  move<C extends keyof Moves>(collection: C, id: string, to: Moves[C]): void {
    this.add({ op: "move", col: collection, id, ...to });
  }

  /** With what cannot stand alone: a track with its clips, a clip with its notes (rule O5). `alone`: only if nothing else points at it (rule O17). */
  delete(collection: Collection, id: string, alone = false): void {
    this.add({ op: "delete", col: collection, id, ...(alone && { alone }) });
  }
}
