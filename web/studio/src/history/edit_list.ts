/** The edits of a project, newest first: a page at a time backwards, and what comes meanwhile in front. */

import { signal, type Signal } from "@preact/signals";
import type { Calls, Client, Room, Stop } from "@prime/client";

type Page = Calls["history.list"]["result"];

export type Entry = Page["entries"][number];

/** Tells users of one name apart, as `Room.nameOf`. */
export type NameOf = (user: string, name: string) => string;

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
const EVERY_MS = 1_000;

export class EditList {
  readonly shown: Signal<Shown> = signal({ entries: [], isWhole: false, oldest: 0, isLoading: false, failure: null });
  private filter: Filter = {};
  /** Where the next page begins; null: there is none. */
  private next: number | null = null;
  /** Counts the questions from the beginning; an answer to an older one is dropped. */
  private asked = 0;
  /** The latest load that is waited for. */
  private loading: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly client: Client, readonly project: string, private readonly nameOf: NameOf, private readonly everyMs = EVERY_MS) {}

  /** Ask for what comes as long as the room is edited; until `Stop`. */
  listen(room: Room): Stop {
    const stop = room.onChange(() => this.refreshSoon());
    return () => {
      stop();
      this.stop();
    };
  }

  show(filter: Filter): void {
    this.filter = filter;
    void this.load();
  }

  /** From the beginning. */
  async load(): Promise<void> {
    this.asked += 1;
    await (this.loading = this.ask(null, true, (page) => this.begin(page)));
  }

  /** The page behind those that are here; while one comes already, that. */
  async more(): Promise<void> {
    if (this.next === null) return;
    if (this.shown.value.isLoading) return this.loading;
    const before = this.next;
    await (this.loading = this.ask(before, true, ({ entries, next }) => {
      if (this.next !== before) return this.shown.value.entries; // begun anew meanwhile
      this.next = next;
      return [...this.shown.value.entries, ...entries];
    }));
  }

  /** What has come since, put in front; where that is more than a page, all is begun anew. */
  async refresh(): Promise<void> {
    await this.ask(null, false, (page) => {
      const [newest] = this.shown.value.entries;
      const fresh = page.entries.filter(({ seq }) => newest === undefined || seq > newest.seq);
      const isGap = fresh.length === page.entries.length && page.next !== null;
      return newest === undefined || isGap ? this.begin(page) : [...fresh, ...this.shown.value.entries];
    });
  }

  /** Once for all that is edited within `everyMs`. */
  refreshSoon(): void {
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

  private begin({ entries, next }: Page): readonly Entry[] {
    this.next = next;
    return entries;
  }

  /** The one place that asks. `place`: what the list is with the answer; entries that are here already come again at times. */
  private async ask(before: number | null, isWaitedFor: boolean, place: (page: Page) => readonly Entry[]): Promise<void> {
    const { asked } = this;
    if (isWaitedFor) this.shown.value = { ...this.shown.value, isLoading: true, failure: null };
    try {
      const page = await this.client.call("history.list", { project: this.project, limit: PAGE, ...this.filter, ...(before !== null && { before }) });
      if (asked === this.asked) this.put(place({ ...page, entries: page.entries.map((entry) => this.named(entry)) }), page.oldest, null);
    } catch (failure) {
      if (asked === this.asked) this.put(this.shown.value.entries, this.shown.value.oldest, failure);
    }
  }

  private named(entry: Entry): Entry {
    const { id, name, username } = entry.user;
    return { ...entry, user: { ...entry.user, name: this.nameOf(id, name || username) } };
  }

  private put(entries: readonly Entry[], oldest: number, failure: unknown): void {
    this.shown.value = { entries: entries.slice(0, MOST), isWhole: this.next === null, oldest, isLoading: false, failure };
  }
}
