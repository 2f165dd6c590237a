/** The edits of a project, newest first: a page at a time backwards, and what comes meanwhile in front. */

import { signal, type Signal } from "@preact/signals";
import type { Calls, Client } from "@prime/client";

export type Entry = Calls["history.list"]["result"]["entries"][number];

export interface Shown {
  readonly entries: readonly Entry[];
  readonly isWhole: boolean;
  /** The oldest seq that the server still keeps. */
  readonly oldest: number;
  readonly isLoading: boolean;
  readonly failure: unknown;
}

export interface Filter {
  readonly user?: string;
  readonly entity?: string;
}

const PAGE = 50;

/** At most so many entries are kept in the page. */
const MOST = 2_000;

/** What was edited is asked for at most once in so long. */
const EVERY_MS = 500;

export class HistoryFeed {
  readonly shown: Signal<Shown> = signal({ entries: [], isWhole: false, oldest: 0, isLoading: false, failure: null });
  private filter: Filter = {};
  /** Where the next page begins. */
  private next: number | null = null;
  /** As the newest answer told it. */
  private oldest = 0;
  /** Counts the questions from the beginning; an answer to an older one is dropped. */
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly client: Client, readonly project: string, private readonly everyMs = EVERY_MS) {}

  show(filter: Filter): void {
    this.filter = filter;
    void this.load();
  }

  async load(): Promise<void> {
    const asked = (this.asked += 1);
    await this.ask(asked, null, (entries) => entries);
  }

  async more(): Promise<void> {
    if (this.next === null || this.shown.value.isLoading) return;
    await this.ask(this.asked, this.next, (entries) => [...this.shown.value.entries, ...entries]);
  }

  /** Something was edited. */
  hear(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.refresh();
    }, this.everyMs);
  }

  stop(): void {
    this.asked += 1;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** What has come since, put in front; where that is more than a page, all is begun anew. */
  private async refresh(): Promise<void> {
    const [newest] = this.shown.value.entries;
    const asked = this.asked;
    try {
      const page = await this.client.call("history.list", { project: this.project, limit: PAGE, ...this.filter });
      if (asked !== this.asked) return;
      this.oldest = page.oldest;
      const fresh = page.entries.filter(({ seq }) => newest === undefined || seq > newest.seq);
      if (newest === undefined || (fresh.length === page.entries.length && page.next !== null)) {
        this.next = page.next;
        this.put(page.entries, null);
      } else this.put([...fresh, ...this.shown.value.entries], null);
    } catch (failure) {
      if (asked === this.asked) this.put(this.shown.value.entries, failure);
    }
  }

  private async ask(asked: number, before: number | null, place: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> {
    this.shown.value = { ...this.shown.value, isLoading: true, failure: null };
    try {
      const page = await this.client.call("history.list", { project: this.project, limit: PAGE, ...this.filter, ...(before !== null && { before }) });
      if (asked !== this.asked) return;
      this.oldest = page.oldest;
      this.next = page.next;
      this.put(place(page.entries), null);
    } catch (failure) {
      if (asked === this.asked) this.put(this.shown.value.entries, failure);
    }
  }

  private put(entries: readonly Entry[], failure: unknown): void {
    this.shown.value = { entries: entries.slice(0, MOST), isWhole: this.next === null, oldest: this.oldest, isLoading: false, failure };
  }
}
