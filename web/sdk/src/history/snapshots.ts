/** The snapshots of a project: states that somebody gave a name, and those that the server took (rules N1 to N5). */

import type { Codec } from "../connecting/codecs.js";
import { newId } from "../ids.js";
import type { Calls, Diff, Project, Restored, Snapshot } from "../schema/types.js";
import type { Call } from "../connecting/call_function.js";
import { pastStateOf, type MomentState } from "./past_states.js";

export class Snapshots {
  constructor(private readonly call: Call, private readonly project: string, private readonly codec: Codec) {}

  /** What one holds. Rejects with `PrimeError`. */
  state(snapshot: string): Promise<MomentState> {
    return pastStateOf((part) => this.call("snapshots.state", { project: this.project, snapshot, part }), this.codec);
  }

  /** Newest first; asks for the next page when it is needed. `kind`: `manual`, `automatic` ...; without one, all. */
  async *list(filter: Omit<Calls["snapshots.list"]["params"], "project" | "after" | "before" | "limit"> = {}): AsyncGenerator<Snapshot, void, undefined> {
    let after: string | null = null;
    do {
      const page: Calls["snapshots.list"]["result"] = await this.call("snapshots.list", { ...filter, project: this.project, after });
      yield* page.snapshots;
      after = page.next;
    } while (after !== null);
  }

  /** Of now. The same `id` again is the same snapshot. */
  create(about: Omit<Calls["snapshots.create"]["params"], "project"> = {}): Promise<Snapshot> {
    return this.call("snapshots.create", { ...about, project: this.project });
  }

  /** `snapshot`: as it was read; rejects with `conflict` where somebody has changed it since. */
  update(
    snapshot: Pick<Snapshot, "id" | "version">, changes: Omit<Calls["snapshots.update"]["params"], "project" | "snapshot" | "version">,
  ): Promise<Snapshot> {
    return this.call("snapshots.update", { ...changes, project: this.project, snapshot: snapshot.id, version: snapshot.version });
  }

  async delete(snapshot: string): Promise<void> {
    await this.call("snapshots.delete", { project: this.project, snapshot });
  }

  /** What differs from one to the other, in sentences and entity by entity; null: now. */
  diff(before: string | null, after: string | null): Promise<Diff> {
    return this.call("snapshots.diff", { project: this.project, before, after });
  }

  /** Everyone gets the state back, as an edit of ours that `undo` takes back. The same `id` again does nothing more. */
  restore(snapshot: string, id = newId()): Promise<Restored> {
    return this.call("snapshots.restore", { project: this.project, snapshot, id });
  }

  /** A project of our own out of it. */
  fork(snapshot: string, about: Omit<Calls["snapshots.fork"]["params"], "project" | "snapshot">): Promise<Project> {
    return this.call("snapshots.fork", { ...about, project: this.project, snapshot });
  }
}
