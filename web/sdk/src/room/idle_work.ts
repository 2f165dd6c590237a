/** Work in slices, while nothing else is to be done. */

/** A slice lasts so long at most: a frame has 16. */
const SLICE_MS = 4;

/** In a page that is never idle it is done all the same, a slice in so long. */
const LATEST_MS = 1_000;

export class IdleWork {
  /** Ends what is planned; null: nothing is. */
  private cancel: (() => void) | null = null;

  /** `step`: a little of it; false: that was all. */
  constructor(private readonly step: () => boolean) {}

  begin(): void {
    this.cancel ??= whenIdle(() => {
      this.cancel = null;
      const end = performance.now() + SLICE_MS;
      while (this.step()) {
        if (performance.now() < end) continue;
        this.begin();
        return;
      }
    });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }
}

/** Node and Safari have no idle callbacks. */
function whenIdle(run: () => void): () => void {
  if (globalThis.requestIdleCallback === undefined) {
    const timer = setTimeout(run, 1);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(run, { timeout: LATEST_MS });
  return () => cancelIdleCallback(id);
}
