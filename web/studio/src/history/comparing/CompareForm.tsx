/** Chooses the two moments that are compared: snapshots, the moment that is shown, or now. */

import type { Calls, Room } from "@prime/client";

import { Choice, Form, type Fields } from "../../../../pages/Form.js";
import type { Studio } from "../../studio.js";
import { beginComparing, nowSide, type Side } from "./comparison.js";

export type Snapshot = Calls["snapshots.list"]["result"]["snapshots"][number];

const [NOW, SHOWN] = ["now", "shown"];

export function nameOfSnapshot({ name, position }: Snapshot): string {
  return name.slice(0, 80) || `Edit ${position.seq}`;
}

export function CompareForm({ studio, room, snapshots }: { studio: Studio; room: Room; snapshots: readonly Snapshot[] }) {
  const moment = studio.moment.value;
  const named = snapshots.map((each) => [each.id, `${nameOfSnapshot(each)} (#${each.position.seq})`] as const);
  const options = [...(moment === null ? [] : [[SHOWN!, `What is shown (#${moment.seq})`] as const]), ...named];
  const side = async (chosen: string): Promise<Side> => {
    if (chosen === NOW) return nowSide(room);
    if (chosen === SHOWN && moment !== null) return { title: `edit ${moment.seq}`, song: moment.song, seq: moment.seq };
    const snapshot = snapshots.find(({ id }) => id === chosen);
    return snapshot === undefined ? nowSide(room) : sideOf(room, snapshot);
  };
  const compare = async ({ from = "", to = NOW! }: Fields): Promise<void> => {
    const sides = [await side(from), await side(to)] as const;
    if (studio.room.value === room) beginComparing(studio, ...sides);
  };
  return (
    <Form label="Compare two moments" action="Compare" onSubmit={compare}>
      <Choice label="Compare" name="from" value={options[0]?.[0] ?? NOW!} options={options} />
      <Choice label="with" name="to" value={NOW!} options={[[NOW!, "now"], ...options]} />
    </Form>
  );
}

export async function sideOf(room: Room, snapshot: Snapshot): Promise<Side> {
  const { state } = await room.snapshots.state(snapshot.id);
  return { title: `“${nameOfSnapshot(snapshot)}”`, song: state, seq: snapshot.position.seq };
}
