/** Which collections changed: a number each, that grows. */

import { signal, type Signal } from "@preact/signals";
import type { Collection } from "@prime/client";

export class Revisions {
  /** Collection -> its number; made when it is first read. */
  private readonly numbers = new Map<string, Signal<number>>();

  /** Read it in each component that reads the song: the component is drawn again once the collection has changed.
   *
   * Not in its parent alone: with signals, a component whose own properties are the same is left as it is.
   */
  of(collection: Collection): number {
    return this.signalOf(collection).value;
  }

  /** `touched`: collection -> ids; null: all of it. */
  count(touched: ReadonlyMap<string, unknown> | null): void {
    for (const collection of touched === null ? [...this.numbers.keys()] : touched.keys()) this.signalOf(collection).value += 1;
  }

  private signalOf(collection: string): Signal<number> {
    let number = this.numbers.get(collection);
    if (number === undefined) this.numbers.set(collection, (number = signal(0)));
    return number;
  }
}
