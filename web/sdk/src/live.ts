/** Values that change, and events: whoever listens is called after the effect is there. */

/** Ends a subscription. */
export type Stop = () => void;

/** Listeners, called in the order in which they came; one that throws is reported and the others are called. */
export class Listeners<Told extends readonly unknown[]> {
  private readonly all = new Set<(...told: Told) => void>();

  add(listener: (...told: Told) => void): Stop {
    const own = (...told: Told): void => listener(...told); // the same function may listen twice
    this.all.add(own);
    return () => void this.all.delete(own);
  }

  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  tell(...told: Told): void {
    for (const listener of [...this.all]) {
      try {
        listener(...told);
      } catch (error) {
        console.error("prime: a listener threw", error);
      }
    }
  }
}

/** A value to read, and to hear of: each change calls the listeners, what it has already does not. */
export class Live<Value> {
  private readonly listeners = new Listeners<[now: Value, was: Value]>();

  constructor(private now: Value) {}

  get value(): Value {
    return this.now;
  }

  subscribe(listener: (now: Value, was: Value) => void): Stop {
    return this.listeners.add(listener);
  }

  /** For the SDK itself. */
  set(value: Value): void {
    if (Object.is(value, this.now)) return;
    const was = this.now;
    this.now = value;
    this.listeners.tell(value, was);
  }
}
