/** A continuous edit: others see it, nothing is stored until it ends as one delta (rules G1, G2). */

import { newId } from "../ids.js";
import type { Collection, Op, Previewed } from "../schema/types.js";
import { sendableCopy } from "../sendable_values.js";
import type { PropertyNames } from "./property_names.js";
import { Transaction } from "./transaction.js";
import type { Entities } from "../entities.js";
import { EVERY_MS } from "./own_presence.js";

/** What a gesture needs of its room. */
export interface Stage<Edit> {
  /** False: the socket is full, or we are away; the latest values go later. */
  show(id: string, values: { [entity: string]: Previewed } | null): boolean;
  end(id: string, ops: readonly Op[]): Edit;
}

export class Gesture<Edit> {
  readonly id = newId();
  /** Entity id -> its collection and the latest values. */
  private readonly values = new Map<string, { col: Collection; props: { [name: string]: unknown } }>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isOver = false;

  /** `names`: as of a `Transaction`. */
  constructor(private readonly stage: Stage<Edit>, private readonly names: PropertyNames | null) {}

  /** As often as the mouse moves: the latest values go out. Throws `WrongUse` for a name that there is not, and for what no message holds. */
  set<C extends Collection>(collection: C, id: string, props: Partial<Entities[C]>): void {
    if (this.isOver) return;
    new Transaction(this.names).set(collection, id, props);
    const before = this.values.get(id)?.props;
    this.values.set(id, { col: collection, props: { ...before, ...(sendableCopy(props, "props") as object) } });
    this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  /** The latest values as one delta. */
  end(): Edit {
    this.stop();
    const tx = new Transaction(this.names);
    for (const [id, { col, props }] of this.values) tx.set(col, id, props as never);
    return this.stage.end(this.id, tx.end());
  }

  /** Nothing is stored, and others see what was before. */
  cancel(): void {
    if (this.isOver) return;
    this.stop();
    this.stage.show(this.id, null);
  }

  private flush(): void {
    this.timer = null;
    const previewed = Object.fromEntries(this.values) as unknown as { [entity: string]: Previewed };
    try {
      if (!this.stage.show(this.id, previewed)) this.timer = setTimeout(() => this.flush(), EVERY_MS);
    } catch (error) {
      console.error("prime: a gesture that cannot be shown:", error);
    }
  }

  private stop(): void {
    this.isOver = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
