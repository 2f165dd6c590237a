/** Chooses the two moments that are compared: snapshots, the moment that is shown, or now. */

import type { Room } from "@prime/client";

import { Choice, Form, type Fields } from "../../../../pages/Form.js";
import type { Studio } from "../../studio.js";
import { beginComparing, nowSide, type Side } from "./comparison.js";
import { songsOf, type Snapshot } from "./snapshot_songs.js";

const [NOW, SHOWN] = ["now", "shown"];

export function nameOfSnapshot({ name, position }: Snapshot): string {
  return name.slice(0, 80) || `Edit ${position.seq}`;
}

export function CompareForm({ studio, room, snapshots }: { studio: Studio; room: Room; snapshots: readonly Snapshot[] }) {
  const moment = studio.moment.value;
  const snapshotOptions = snapshots.map((each) => [each.id, `${nameOfSnapshot(each)} (#${each.position.seq})`] as const);
  const options = [...(moment === null ? [] : [[SHOWN!, `What is shown (#${moment.seq})`] as const]), ...snapshotOptions];
  const compare = async ({ from = "", to = NOW! }: Fields): Promise<void> => {
    const chosenSnapshots = snapshots.filter(({ id }) => id === from || id === to);
    const stored = new Map((await sidesOf(studio, room, chosenSnapshots)).map((side, at) => [chosenSnapshots[at]!.id, side]));
    const side = (chosen: string): Side => {
      if (chosen === SHOWN && moment !== null) return { title: `edit ${moment.seq}`, song: moment.song, seq: moment.seq };
      return stored.get(chosen) ?? nowSide(room);
    };
    if (studio.room.value === room) beginComparing(studio, side(from), side(to));
  };
  return (
    <Form label="Compare two moments" action="Compare" underWay="Comparing …" onSubmit={compare}>
      <Choice label="Compare" name="from" value={options[0]?.[0] ?? NOW!} options={options} />
      <Choice label="with" name="to" value={NOW!} options={[[NOW!, "now"], ...options]} />
    </Form>
  );
}

export async function sidesOf(studio: Studio, room: Room, snapshots: readonly Snapshot[]): Promise<Side[]> {
  const past = studio.past ?? studio.client.past(room.project);
  const songs = await songsOf(room, past, snapshots);
  return snapshots.map((snapshot, at) => ({ title: `“${nameOfSnapshot(snapshot)}”`, song: songs[at]!, seq: snapshot.position.seq }));
}
