import type { Calls, Method } from "../schema/types.js";

/** `Client.call`. */
export type Call = <M extends Method>(method: M, params: Calls[M]["params"], key?: string) => Promise<Calls[M]["result"]>;
