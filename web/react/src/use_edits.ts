/** Our edits: whether they are saved, and taking them back. */

import { useMemo } from "./library.js";
import { useJoinedRoom } from "./providing.js";
import { useLive } from "./selecting.js";

const NOTHING = { undo: 0, redo: 0 };

/** How many of our edits are not on disk yet. */
export function useUnsaved(): number {
  return useLive(useJoinedRoom().unsaved, 0);
}

export interface Undo {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** For a button: what it rejects with is told by `room.onRefused`. The same function each time. */
  readonly undo: () => void;
  readonly redo: () => void;
}

/** Takes back what we did ourselves, and never what others did. */
export function useUndo(): Undo {
  const room = useJoinedRoom();
  const { undo, redo } = useLive(room.undoable, NOTHING);
  const [take, put] = useMemo(() => [
    () => void room.undo().catch(() => {}), () => void room.redo().catch(() => {}),
  ] as const, [room]);
  return useMemo(() => ({ canUndo: undo > 0, canRedo: redo > 0, undo: take, redo: put }), [undo > 0, redo > 0, take, put]);
}
