/** Whether we are connected and all is saved. */

import { useEffect, useState } from "preact/hooks";

import { useLive } from "../../../pages/use_live.js";
import type { Studio } from "../studio.js";
import { pillOf } from "./connection_words.js";

export function ConnectionPill({ studio }: { studio: Studio }) {
  const room = studio.room.value;
  for (const collection of ["project", "channels", "clips", "notes"] as const) studio.revisions.of(collection); // the seq moves with any
  const { kind, text } = pillOf({
    status: useLive(studio.client.status, { name: "connecting" }),
    unsaved: useLive(room?.unsaved, 0),
    seq: room?.position?.seq ?? null,
    isOnline: useOnline(),
    isSynced: useLive(room?.isSynced, room === null), // without a project nothing is caught up with
    degraded: useLive(room?.degraded, null),
  });
  return <span class={`pill ${kind}`} role="status" title="Whether all is saved">{text}</span>;
}

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    for (const event of ["online", "offline"]) addEventListener(event, look);
    return () => { for (const event of ["online", "offline"]) removeEventListener(event, look); };
  }, []);
  return isOnline;
}
