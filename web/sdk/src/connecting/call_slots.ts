/** So many at once; who comes later waits, in order. */
export class CallSlots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async in<Value>(step: () => Promise<Value>): Promise<Value> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((done) => { this.waiting.push(done); });
    try {
      return await step();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
