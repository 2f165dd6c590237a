/** Asks before the song becomes what it was at a snapshot, and once more where others edited while that was read. */

import { useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { Dialog } from "../../../pages/Dialog.js";
import { Form } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";
import { RestoreQuestion } from "./asked_restore.js";

interface Props {
  readonly studio: Studio;
  readonly room: Room;
  /** Id of the snapshot. */
  readonly snapshot: string;
  /** What it is called. */
  readonly name: string;
  readonly onRestored: () => void;
  readonly onClose: () => void;
}

export function RestoreSnapshot({ studio, room, snapshot, name, onRestored, onClose }: Props) {
  const [question] = useState(() => new RestoreQuestion(studio.client, room, studio.recent.value[0]?.seq ?? 0));
  const [made, setMade] = useState("");
  const restore = async (): Promise<void> => {
    const madeText = await question.madeMeanwhile();
    if (madeText !== "") {
      setMade(madeText);
      return;
    }
    await room.snapshots.restore(snapshot);
    onRestored();
  };
  // Another question is another window: it is read anew, and no second Enter answers it.
  return (
    <Dialog key={made} title="Restore a snapshot" onClose={onClose}>
      <Form label="Restore a snapshot" action="Restore" underWay="Restoring …" onSubmit={restore}>
        {made !== "" && <p>This was made meanwhile, and goes too: <bdi>{made}</bdi></p>}
        <p>The whole song becomes what it was at <bdi>{name}</bdi>, for everyone. A snapshot of now is kept, and undo takes it back.</p>
      </Form>
    </Dialog>
  );
}
