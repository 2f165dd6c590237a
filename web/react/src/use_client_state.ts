/** How the client is. */

import type { Status } from "../../sdk/src/index.js";
import { useClient } from "./providing.js";
import { useLive } from "./selecting.js";

const CONNECTING: Status = { name: "connecting" };

/** `connecting`, `connected`, `away`, `needs-login` or `over`. */
export function useStatus(): Status {
  return useLive(useClient()?.status ?? null, CONNECTING);
}
