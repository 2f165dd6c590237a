/** Rows of an outbox in IndexedDB. */

import type { Row, Rows } from "./outbox.js";

const STORE = "deltas";

export function indexedDbRows(name: string): Rows {
  return new IndexedDbRows(name);
}

class IndexedDbRows implements Rows {
  /** null: it cannot be used, which has been said. */
  private readonly database: Promise<IDBDatabase | null>;

  constructor(name: string) {
    this.database = opened(name).catch((error: unknown) => {
      console.warn("prime: edits do not outlive this window, for IndexedDB cannot be used:", error);
      return null;
    });
  }

  async ofPlace(place: string): Promise<readonly Row[]> {
    const database = await this.database;
    if (database === null) return [];
    return done(database.transaction(STORE).objectStore(STORE).index("place").getAll(place));
  }

  put(row: Row): Promise<void> {
    return this.write((store) => store.put(row));
  }

  remove(id: string): Promise<void> {
    return this.write((store) => store.delete(id));
  }

  private async write(change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const database = await this.database;
    if (database === null) return;
    await done(change(database.transaction(STORE, "readwrite", { durability: "relaxed" }).objectStore(STORE)));
  }
}

async function opened(name: string): Promise<IDBDatabase> {
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
