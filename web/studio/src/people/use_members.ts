/** The members of a project and their roles, as they are at any moment, whoever changes them. */

import { useEffect, useState } from "preact/hooks";
import type { Client, Feed, FeedRow } from "@prime/client";

import { useLive } from "../../../pages/use_live.js";

export type Member = FeedRow<"members">;

export interface Members {
  /** By project and user; another map with each change; null: they are not here yet. */
  readonly rows: ReadonlyMap<string, Member> | null;
  /** Why they are not followed; null: they are. */
  readonly failure: Error | null;
  /** Ask anew. */
  readonly again: () => void;
}

export function useMembers(client: Client, project: string): Members {
  const [tries, setTries] = useState(0);
  const [feed, setFeed] = useState<Feed<"members"> | null>(null);
  useEffect(() => {
    const begun = client.feed("members", { project });
    setFeed(begun);
    return () => begun.stop();
  }, [client, project, tries]);
  return { rows: useLive(feed?.rows, null), failure: useLive(feed?.failure, null), again: () => setTries((count) => count + 1) };
}
