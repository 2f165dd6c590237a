/** What the others edited while we were not here, until it is read; it is shown on the time line if one likes. */

import { useState } from "preact/hooks";

import type { Studio } from "../studio.js";
import { beginComparing, nowSide } from "./comparing/comparison.js";

export function WhatWasMissed({ studio }: { studio: Studio }) {
  const [isBusy, setBusy] = useState(false);
  const [room, missed] = [studio.room.value, studio.missed.value];
  if (room === null || missed === null) return null;
  const show = async (): Promise<void> => {
    setBusy(true);
    try {
      const { position, state } = await room.history.at({ seq: missed.seq });
      if (studio.room.value !== room) return;
      studio.missed.value = null;
      studio.side.value = "snapshots";
      beginComparing(studio, { title: `edit ${position.seq}, when you left`, song: state, seq: position.seq }, nowSide(room));
    } catch (error) {
      studio.fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="missed" role="status">
      <bdi>{missed.words}</bdi>
      <button type="button" class="small" disabled={isBusy} onClick={() => void show()}>Show what differs</button>
      <button type="button" class="small" aria-label="Dismiss" onClick={() => { studio.missed.value = null; }}>×</button>
    </div>
  );
}
