/** Calls whose connection breaks before the answer: asked again, where that does no harm (rules C10, C12). */

import { ConnectionOver, Interrupted } from "../failures.js";
import { newId } from "../ids.js";
import { READS, WRITES } from "../schema/tables.js";
import type { Calls, Method } from "../schema/types.js";

/** From the first time on it is asked again for so long. */
export const ASK_MS = 30_000;

export interface Asking<Result> {
  /** Once, in the name of `user` (null: of whoever is logged in); rejects with `Interrupted` where the connection broke. */
  ask(key: string | undefined, user: string | null): Promise<Result>;
  /** Who is logged in; null: nobody. */
  user(): string | null;
}

/** Rejects with what `ask` rejects with; where the client ends after it was asked, as of the connection that broke. */
export async function askedUntilAnswered<M extends Method>(
  method: M, params: Calls[M]["params"], key: string | undefined, asking: Asking<Calls[M]["result"]>,
): Promise<Calls[M]["result"]> {
  const kind = kindOf(method, params);
  const ownKey = key ?? (kind === "write" ? newId() : undefined);
  const end = performance.now() + ASK_MS;
  let user: string | null = null;
  let broke: Interrupted | null = null;
  for (;;) {
    user ??= asking.user();
    try {
      return await asking.ask(ownKey, user);
    } catch (error) {
      if (error instanceof ConnectionOver && broke !== null) throw broke; // it may have been done
      if (!(error instanceof Interrupted) || kind === undefined || performance.now() > end) throw error;
      broke = error;
    }
  }
}

/** undefined: it is asked once. A batch is what the calls in it are. */
function kindOf(method: Method, params: object): "read" | "write" | undefined {
  if (method !== "batch") return READS.includes(method) ? "read" : WRITES.includes(method) ? "write" : undefined;
  const { calls = [], atomic = false } = params as Calls["batch"]["params"];
  const kinds = calls.map((call) => kindOf(call.method, {}));
  if (atomic || kinds.includes("write")) return "write";
  return kinds.includes(undefined) ? undefined : "read";
}
