/** The feeds of a client: each gets its messages, also those that come before its reply was looked at. */

import type { Method, ServerMessage, ServerResync, ServerRows } from "../schema/types.js";
import { Feed, type AnyFeed, type FeedFilter, type WatchedTable } from "./feed.js";

/** Messages that are kept for feeds whose reply nobody has looked at yet. */
const MOST_EARLY = 1_000;

export class Feeds {
  private readonly all = new Set<AnyFeed>();
  /** By the id of the watch. */
  private readonly byWatch = new Map<string, AnyFeed>();
  /** Calls `watch` that are on their way. */
  private expected = 0;
  /** What came for watches that are not known yet. */
  private early: (ServerRows | ServerResync)[] = [];

  constructor(private readonly isConnected: () => boolean, private readonly call: (method: Method, params: object) => Promise<unknown>) {}

  make<T extends WatchedTable>(table: T, filter: FeedFilter<T>): Feed<T> {
    const feed = new Feed<T>({
      isConnected: this.isConnected,
      call: this.call,
      begun: (watch, begun) => this.begun(watch, begun),
      forget: (watch, forgotten) => {
        if (this.byWatch.get(watch) === forgotten) this.byWatch.delete(watch);
      },
      expect: () => this.expect(),
    }, table, filter);
    this.all.add(feed);
    feed.failure.subscribe(() => this.all.delete(feed));
    feed.begin();
    return feed;
  }

  /** There is a connection that is logged in. */
  begin(): void {
    for (const feed of this.all) feed.begin();
  }

  lost(): void {
    this.early = [];
    for (const feed of [...this.all]) feed.lost();
  }

  hear(message: ServerRows | ServerResync): void {
    const feed = this.byWatch.get(message.watch);
    if (feed !== undefined) feed.hear(message);
    else if (this.expected > 0 && this.early.length < MOST_EARLY) this.early.push(message);
  }

  /** All of them, because of `why`. */
  end(why: Error): void {
    for (const feed of [...this.all]) feed.end(why);
  }

  private begun(watch: string, feed: AnyFeed): void {
    this.byWatch.set(watch, feed);
    const ownMessages = this.early.filter((message) => message.watch === watch);
    this.early = this.early.filter((message) => message.watch !== watch);
    for (const message of ownMessages) feed.hear(message);
  }

  private expect(): { end(): void } {
    this.expected += 1;
    return {
      end: () => {
        this.expected -= 1;
        if (this.expected === 0) this.early = [];
      },
    };
  }
}

/** Whether it is of a feed. */
export function isOfFeed(message: ServerMessage): message is ServerRows | ServerResync {
  return message.t === "rows" || message.t === "resync";
}
