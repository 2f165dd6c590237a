/** Our deltas without an answer, in the order in which they were made, and what of them shows. */

import type { Op } from "../schema/types.js";
import { apply, put, shows, type Entity, type State } from "./state.js";

export interface Proposed {
  readonly id: string;
  readonly kind: "delta" | "undo" | "redo";
  /** Of an undo and a redo nothing is known before the answer. */
  readonly ops: readonly Op[];
  readonly atomic: boolean;
}

/** What stood where an op shows, and what stands there by it. */
export type Effect = readonly [collection: string, id: string, before: Entity | undefined, after: Entity | undefined];

type Shown = Proposed & { effects: Effect[] };

export class Pending {
  private deltas = new Map<string, Shown>();

  /** `touch` is told of each entity that a pending delta changes, or gives back. */
  constructor(private readonly touch: (collection: string, id: string) => void) {}

  /** Ids, in order. */
  get ids(): string[] {
    return [...this.deltas.keys()];
  }

  get(id: string): Proposed | undefined {
    return this.deltas.get(id);
  }

  add(state: State, delta: Proposed): void {
    const added = { ...delta, effects: [] };
    this.deltas.set(delta.id, added);
    this.show(state, added);
  }

  /** It is settled. Call it while nothing shows. */
  remove(id: string): void {
    this.deltas.delete(id);
  }

  /** It is settled as it was made, and the view stays as it is, for it is the first and all of it shows: what it shows. null: that is not so, and nothing is done. */
  settleFirst(id: string): readonly Effect[] | null {
    const [first] = this.deltas.values();
    if (first === undefined || first.id !== id || first.effects.length < first.ops.length) return null;
    this.deltas.delete(id);
    return first.effects;
  }

  /** Take all effects back, the last first. */
  hideAll(state: State): void {
    for (const delta of [...this.deltas.values()].reverse()) this.hide(state, delta);
  }

  showAll(state: State): void {
    for (const delta of this.deltas.values()) this.show(state, delta);
  }

  /** The state that they showed in is gone. */
  forgetEffects(): void {
    for (const delta of this.deltas.values()) delta.effects = [];
  }

  private show(state: State, delta: Shown): void {
    for (const op of delta.ops) {
      if (shows(state, op)) {
        delta.effects.push([op.col, op.id, apply(state, op), state.get(op.col)?.get(op.id)]);
        this.touch(op.col, op.id);
      } else if (delta.atomic) {
        this.hide(state, delta);
        return;
      }
    }
  }

  private hide(state: State, delta: Shown): void {
    for (const [collection, id, before] of delta.effects.reverse()) {
      put(state, collection, id, before);
      this.touch(collection, id);
    }
    delta.effects = [];
  }
}
