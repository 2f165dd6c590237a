/** What says that a window was asleep or hidden, or that its network came or went; nothing in Node. */

import type { Stop } from "../live.js";

export function onWake(listener: () => void): Stop {
  const { document, window } = globalThis as { document?: EventTarget; window?: EventTarget };
  const stops = [
    listening(document, "visibilitychange", listener), listening(window, "online", listener), listening(window, "offline", listener),
    listening(window, "pageshow", listener),
  ];
  return () => { for (const stop of stops) stop(); };
}

/** Whether nobody sees our window; false where there is none. */
export function isHidden(): boolean {
  return (globalThis as { document?: { visibilityState?: string } }).document?.visibilityState === "hidden";
}

function listening(target: EventTarget | undefined, event: string, listener: () => void): Stop {
  target?.addEventListener(event, listener);
  return () => target?.removeEventListener(event, listener);
}
