/** Gathers the ops of one edit. */

import type { Entities } from "../entities.js";
import { WrongUse } from "../failures.js";
import { newId } from "../ids.js";
import { isMap } from "../maps.js";
import type { Collection, Op } from "../schema/types.js";
import { sendableCopy } from "../sendable_values.js";
import { checkNames, propertiesOf, type PropertyNames } from "./property_names.js";

/** Collection -> what is inserted: what may be left out has a default. A project has one `project` and one `transport`. */
export type Inserts = { readonly [Each in Extract<Op, { op: "insert" }> as Each["col"]]: Each["entity"] };

/** Collection -> where one of it may be moved: a new parent, another place among its siblings, another time. */
export type Moves = { readonly [Each in Extract<Op, { op: "move" }> as Each["col"]]: Omit<Each, "op" | "col" | "id"> };

/** What a `move` sets, and what it may expect. */
const OF_A_MOVE: ReadonlySet<string> = new Set(["parent", "order", "time", "expect"]);

/** Each throws `WrongUse` for a name or a shape that no op has, and for what no message holds; what else a property may hold the server checks. */
export class Transaction {
  /** Copies, which nobody changes. */
  private readonly ops: Op[] = [];
  private isOver = false;

  /** `names`: null where any property is let pass. */
  constructor(private readonly names: PropertyNames | null) {}

  /** Nothing can be added any more. */
  end(): readonly Op[] {
    this.isOver = true;
    return this.ops;
  }

  private add(op: { readonly op: Op["op"]; readonly col: string; readonly id: unknown; readonly [more: string]: unknown }): void {
    if (this.isOver) throw new WrongUse("that edit is made: begin another one");
    propertiesOf(op.col);
    if (typeof op.id !== "string") throw new WrongUse("an id is a text");
    this.ops.push(sendableCopy(op, op.op) as Op);
  }

  /** `part`: as which of its arguments an op has them. */
  private check(collection: string, props: unknown, part: string): void {
    if (!isMap(props)) throw new WrongUse(`\`${part}\` is an object of properties`);
    this.names?.check(collection, props);
  }

  /** Returns the id, by which later ops of this edit may name it. What is left out gets its default. */
  insert<C extends keyof Inserts>(collection: C, entity: Inserts[C], id = newId()): string {
    this.check(collection, entity, "entity");
    this.names?.checkWhole(collection, entity);
    this.add({ op: "insert", col: collection, id, entity });
    return id;
  }

  /** What is left out stays as it is. `expect`: the values that must be there when it is applied, or the op is dropped (rule O7). */
  set<C extends Collection>(collection: C, id: string, props: Partial<Entities[C]>, expect?: Partial<Entities[C]>): void {
    this.check(collection, props, "props");
    if (expect) this.check(collection, expect, "expect");
    this.add({ op: "set", col: collection, id, props, ...(expect && { expect }) });
  }

  /** To another parent, place or time, as one unit (rule O6): who moves the same one at once does not mix with us. */
  move<C extends keyof Moves>(collection: C, id: string, to: Moves[C]): void {
    checkNames(to, OF_A_MOVE, "`move` takes");
    if (to.expect) this.check(collection, to.expect, "expect");
    this.add({ op: "move", col: collection, id, ...to });
  }

  /** With what cannot stand alone: a track with its clips, a clip with its notes (rule O5). `alone`: only if nothing else points at it (rule O17). */
  delete(collection: Collection, id: string, alone = false): void {
    this.add({ op: "delete", col: collection, id, ...(alone && { alone }) });
  }
}
