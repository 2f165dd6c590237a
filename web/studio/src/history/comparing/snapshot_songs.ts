/** What snapshots hold: by the deltas that are here where those lead there, else as the server has it stored. */

import type { Calls, Past, Readable, Room } from "@prime/client";

export type Snapshot = Calls["snapshots.list"]["result"]["snapshots"][number];

/** Between two moments so near each other the deltas are less than another whole state. */
const NEAR = 1_000;

/** In the order of the snapshots. Of two that are near each other one state is fetched. Throws what the calls throw. */
export async function songsOf(room: Room, past: Past, snapshots: readonly Snapshot[]): Promise<Readable[]> {
  const seqs = snapshots.filter((each) => isInJournal(room, each)).map(({ position }) => position.seq);
  const [first, last] = [Math.min(...seqs), Math.max(...seqs)];
  if (seqs.length > 1 && last - first <= NEAR && !seqs.every((seq) => past.has(seq))) await reach(past, first, last);
  const songs: Readable[] = [];
  for (const snapshot of snapshots) {
    const songHere = isInJournal(room, snapshot) ? past.at(snapshot.position.seq) : null;
    songs.push(songHere?.state ?? (await room.snapshots.state(snapshot.id)).state);
  }
  return songs;
}

/** Where deltas are not kept any more, snapshots still hold a state of their own. */
async function reach(past: Past, first: number, last: number): Promise<void> {
  try {
    await past.reach(first);
    await past.reach(last);
  } catch (error) {
    console.info("prime: snapshots are fetched as they are stored:", error);
  }
}

/** A seq of another epoch is another moment. */
function isInJournal(room: Room, { position }: Snapshot): boolean {
  return position.epoch === room.position?.epoch;
}
