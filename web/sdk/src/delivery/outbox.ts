/** Keeps deltas that have no answer yet, so that they outlive a closed window: they are sent again with their ids (rules D3, D10). */

import { encode } from "../connecting/message_pack.js";
import type { ClientDelta, ClientRedo, ClientUndo } from "../schema/types.js";
import { indexedDbRows } from "./indexed_db_rows.js";

/** One delta as it was made. */
export interface Kept {
  readonly message: ClientDelta | ClientUndo | ClientRedo;
  /** Of `base`, when the edit was made. */
  readonly epoch: string | null;
}

export interface Outbox {
  /** Those of a user in a project that no living window has, in their order; from now on they are this window's. */
  adopt(user: string, project: string): Promise<readonly Kept[]>;
  put(user: string, project: string, kept: Kept): void;
  remove(id: string): void;
}

/** One delta as it is stored. */
export interface Row extends Kept {
  readonly id: string;
  /** User and project. */
  readonly place: string;
  /** The window that sends it. */
  readonly owner: string;
  /** Order among all of its place. */
  readonly at: number;
}

/** Where rows are stored; each promise rejects where nothing can be. */
export interface Rows {
  ofPlace(place: string): Promise<readonly Row[]>;
  put(row: Row): Promise<void>;
  remove(id: string): Promise<void>;
}

/** At most so many deltas are kept by one window, and so many bytes of them; more are sent, and do not outlive it. */
export const MOST_KEPT = 1_000;
export const MOST_KEPT_BYTES = 16 * 1_024 * 1_024;

/** In IndexedDB. Where it cannot be used, edits do not outlive their window, and that is said on the console. */
export function indexedDbOutbox(name = "prime.outbox"): Outbox {
  return new BoundedOutbox(indexedDbRows(name));
}

export class BoundedOutbox implements Outbox {
  private readonly owner: string = crypto.randomUUID();
  /** Ids that this window has put there, and their bytes. */
  private readonly mine = new Map<string, number>();
  /** The bytes of all of them. */
  private bytes = 0;
  /** Place -> ids that are not kept, and have no answer yet. What comes behind one of them is not kept either. */
  private readonly left = new Map<string, Set<string>>();
  private last = 0;

  constructor(private readonly rows: Rows) {
    void held(lockOf(this.owner));
  }

  async adopt(user: string, project: string): Promise<readonly Kept[]> {
    const storeKey = placeOf(user, project);
    this.left.delete(storeKey);
    try {
      const rows = await this.rows.ofPlace(storeKey);
      const free = await freeOwners(new Set(rows.map(({ owner }) => owner)), this.owner);
      const adopted = rows.filter(({ owner }) => free.has(owner)).sort((a, b) => a.at - b.at);
      for (const row of adopted) this.keep({ ...row, owner: this.owner }, encode(row.message).length);
      return adopted;
    } catch (error) {
      console.warn("prime: kept edits cannot be read:", error);
      return [];
    }
  }

  put(user: string, project: string, { message, epoch }: Kept): void {
    const storeKey = placeOf(user, project);
    const bytes = encode(message).length;
    if ((this.left.get(storeKey)?.size ?? 0) > 0 || this.mine.size >= MOST_KEPT || this.bytes + bytes > MOST_KEPT_BYTES) {
      this.leave(storeKey, message.id);
      return;
    }
    this.last = Math.max(this.last + 1, Date.now() * 1_000);
    this.keep({ id: message.id, place: storeKey, owner: this.owner, at: this.last, message, epoch }, bytes);
  }

  remove(id: string): void {
    for (const left of this.left.values()) left.delete(id);
    if (this.forget(id)) this.rows.remove(id).catch((error: unknown) => console.warn("prime: an edit that is saved stays kept:", error));
  }

  private keep(row: Row, bytes: number): void {
    this.forget(row.id);
    this.mine.set(row.id, bytes);
    this.bytes += bytes;
    this.rows.put(row).catch((error: unknown) => {
      console.warn("prime: an edit is not kept:", error);
      if (this.forget(row.id)) this.leave(row.place, row.id);
    });
  }

  /** False: it was not kept. */
  private forget(id: string): boolean {
    this.bytes -= this.mine.get(id) ?? 0;
    return this.mine.delete(id);
  }

  /** It is sent, and does not outlive this window. */
  private leave(place: string, id: string): void {
    const idsLeft = this.left.get(place);
    if (idsLeft === undefined) this.left.set(place, new Set([id]));
    else idsLeft.add(id);
  }
}

function placeOf(user: string, project: string): string {
  return `${user}/${project}`;
}

function lockOf(owner: string): string {
  return `prime.outbox.${owner}`;
}

/** For as long as the window lives. */
async function held(lock: string): Promise<void> {
  await globalThis.navigator?.locks?.request(lock, () => new Promise<never>(() => {}));
}

/** This one, and those whose windows are gone. Without Web Locks nobody knows: then all of them. */
async function freeOwners(owners: ReadonlySet<string>, own: string): Promise<Set<string>> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return new Set([...owners, own]);
  const heldLocks = new Set((await locks.query()).held?.map(({ name }) => name));
  return new Set([...owners].filter((owner) => owner === own || !heldLocks.has(lockOf(owner))));
}
