/** A state of the past that goes forwards and back through deltas, each step at the cost of what it touches. */

import { Gap } from "../copy/gap.js";
import { Still } from "../copy/readable_state.js";
import { apply, put, type Entity, type State } from "../copy/state.js";
import type { HistoryDelta, Op } from "../schema/types.js";

/** What an entity was before a delta and is after it; undefined: it is not there. */
interface Change {
  readonly collection: string;
  readonly id: string;
  readonly before: Entity | undefined;
  readonly after: Entity | undefined;
}

/** One delta, or all of a group (rule D14): nobody stands between two of those. */
interface Step {
  readonly end: number;
  /** As they came; null: they were applied once, and `changes` say what that did. */
  ops: readonly Op[] | null;
  changes: readonly Change[];
}

export class Replay {
  /** What was given out last, and the collections that differ from it since. */
  private last: { readonly still: Still; readonly maps: State } | null = null;
  private readonly touched = new Set<string>();
  /** In their order; the state stands behind the first `done` of them. */
  private readonly steps: Step[] = [];
  private done = 0;
  /** Of a group that is not whole yet. */
  private group: Op[] = [];
  /** The seq of the newest delta that was taken. */
  private newest: number;
  private weights = 0;

  /** `state` is this one's from now on. `from`: the seq after which it is. */
  constructor(private readonly state: State, private readonly start: number) {
    this.newest = start;
  }

  /** The first seq that it can stand at. */
  get from(): number {
    return this.start;
  }

  /** The last one. */
  get to(): number {
    return this.steps.at(-1)?.end ?? this.start;
  }

  /** Where it stands. */
  get seq(): number {
    return this.done === 0 ? this.start : this.steps[this.done - 1]!.end;
  }

  /** The newest delta that was taken: of a group that is not whole yet, or `to`. */
  get taken(): number {
    return this.newest;
  }

  /** About how many bytes its deltas have. */
  get weight(): number {
    return this.weights;
  }

  /** The next delta behind the last one, whole. Throws `Gap` where it is another one. */
  take(delta: HistoryDelta): void {
    if (delta.seq !== this.newest + 1) throw new Gap(`seq ${delta.seq} after ${this.newest}`);
    this.newest = delta.seq;
    this.weights += delta.ops.reduce((sum, op) => sum + weightOf(op), STEP_BYTES);
    const ops = this.group.length === 0 ? delta.ops : [...this.group, ...delta.ops];
    this.group = delta.more ? [...ops] : [];
    if (delta.more) return;
    this.steps.push({ end: delta.seq, ops, changes: [] });
  }

  /** Stand behind that seq, or behind the group that it is in. Throws `Impossible` where a delta is not of this state. */
  goTo(seq: number): void {
    if (seq < this.start || seq > this.to) throw new RangeError(`it goes from ${this.start} to ${this.to}, not to ${seq}`);
    while (this.seq < seq) this.forth(this.steps[this.done]!);
    while (this.done > 0 && this.startOf(this.done - 1) >= seq) this.back(this.steps[this.done - 1]!);
  }

  /** The state where it stands, which stays as it is; a collection without a change is not copied. */
  still(): Still {
    if (this.last !== null && this.touched.size === 0) return this.last.still;
    const maps: State = new Map();
    for (const [collection, entities] of this.state) {
      const same = this.touched.has(collection) ? undefined : this.last?.maps.get(collection);
      maps.set(collection, same ?? new Map(entities));
    }
    this.last = { still: new Still(maps, this.last?.still ?? null, this.touched), maps };
    this.touched.clear();
    return this.last.still;
  }

  private startOf(step: number): number {
    return step === 0 ? this.start : this.steps[step - 1]!.end;
  }

  private forth(step: Step): void {
    if (step.ops === null) for (const { collection, id, after } of step.changes) this.put(collection, id, after);
    else this.first(step, step.ops);
    this.done += 1;
  }

  private first(step: Step, ops: readonly Op[]): void {
    const changes: Change[] = [];
    try {
      for (const op of ops) {
        const before = apply(this.state, op);
        changes.push({ collection: op.col, id: op.id, before, after: this.state.get(op.col)?.get(op.id) });
        this.touched.add(op.col);
      }
    } catch (error) {
      this.takeBack(changes);
      throw error;
    }
    step.changes = changes;
    step.ops = null;
  }

  private back(step: Step): void {
    this.takeBack(step.changes);
    this.done -= 1;
  }

  private takeBack(changes: readonly Change[]): void {
    for (let at = changes.length - 1; at >= 0; at -= 1) {
      const { collection, id, before } = changes[at]!;
      this.put(collection, id, before);
    }
  }

  private put(collection: string, id: string, entity: Entity | undefined): void {
    put(this.state, collection, id, entity);
    this.touched.add(collection);
  }
}

const STEP_BYTES = 100;

/** About how many bytes an op has in memory, and what it makes. */
function weightOf(op: Op): number {
  return STEP_BYTES + ("entity" in op ? weightOfMap(op.entity) : "props" in op ? weightOfMap(op.props) : 0);
}

function weightOfMap(map: object): number {
  let sum = 0;
  for (const value of Object.values(map)) {
    sum += 40;
    if (typeof value === "string") sum += 2 * value.length;
    else if (typeof value === "object" && value !== null) sum += weightOfMap(value);
  }
  return sum;
}
