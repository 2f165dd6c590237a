/** Keeps deltas that have no answer yet, so that they outlive a closed window: they are sent again with their ids (rules D3, D10). */

import type { OwnDelta } from "../room/edits.js";

/** One delta as it was made. */
export type Kept = Pick<OwnDelta, "message" | "epoch">;

export interface Outbox {
  /** Those of a user in a project that no living window has, in their order; from now on they are this window's. */
  adopt(user: string, project: string): Promise<readonly Kept[]>;
  put(user: string, project: string, kept: Kept): void;
  remove(id: string): void;
}

interface Row extends Kept {
  readonly id: string;
  /** User and project. */
  readonly place: string;
  /** The window that sends it. */
  readonly owner: string;
  /** Order among all of its place. */
  readonly at: number;
}

const STORE = "deltas";

/** At most so many are kept by one window; more are sent, and do not outlive it. */
const MOST_KEPT = 1_000;

/** In IndexedDB. Where it cannot be used, edits do not outlive their window, and that is said on the console. */
export function indexedDbOutbox(name = "prime.outbox"): Outbox {
  return new IndexedDbOutbox(name);
}

class IndexedDbOutbox implements Outbox {
  private readonly owner: string = crypto.randomUUID();
  private readonly database: Promise<IDBDatabase | null>;
  /** Ids that this window has put there. */
  private readonly mine = new Set<string>();
  private last = 0;

  constructor(name: string) {
    this.database = opened(name).catch((error: unknown) => {
      console.warn("prime: edits do not outlive this window, for IndexedDB cannot be used:", error);
      return null;
    });
    void held(lockOf(this.owner));
  }

  async adopt(user: string, project: string): Promise<readonly Kept[]> {
    const database = await this.database;
    if (database === null) return [];
    try {
      const rows: Row[] = await done(database.transaction(STORE).objectStore(STORE).index("place").getAll(placeOf(user, project)));
      const free = await freeOwners(new Set(rows.map(({ owner }) => owner)), this.owner);
      const adopted = rows.filter(({ owner }) => free.has(owner)).sort((a, b) => a.at - b.at);
      const store = database.transaction(STORE, "readwrite").objectStore(STORE);
      for (const row of adopted) {
        this.mine.add(row.id);
        store.put({ ...row, owner: this.owner });
      }
      return adopted;
    } catch (error) {
      console.warn("prime: kept edits cannot be read:", error);
      return [];
    }
  }

  put(user: string, project: string, { message, epoch }: Kept): void {
    if (this.mine.size >= MOST_KEPT) return;
    this.mine.add(message.id);
    this.last = Math.max(this.last + 1, Date.now() * 1_000);
    const row: Row = { id: message.id, place: placeOf(user, project), owner: this.owner, at: this.last, message, epoch };
    this.write((store) => store.put(row));
  }

  remove(id: string): void {
    if (this.mine.delete(id)) this.write((store) => store.delete(id));
  }

  private write(change: (store: IDBObjectStore) => void): void {
    void this.database.then((database) => {
      if (database !== null) change(database.transaction(STORE, "readwrite", { durability: "relaxed" }).objectStore(STORE));
    }).catch((error: unknown) => console.warn("prime: an edit is not kept:", error));
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
  const taken = new Set((await locks.query()).held?.map(({ name }) => name));
  return new Set([...owners].filter((owner) => owner === own || !taken.has(lockOf(owner))));
}

function opened(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("place", "place");
  };
  return done(request);
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
