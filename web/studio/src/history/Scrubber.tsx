/** Any moment of the project, by a slider; what is shown of the past can be brought back. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Room } from "@prime/client";

import type { Studio } from "../studio.js";
import { restored } from "./restoring.js";
import { Scrubbing } from "./scrubbing.js";

export function Scrubber({ studio }: { studio: Studio }) {
  const room = studio.room.value;
  return room === null ? null : <Slider key={room.project} studio={studio} room={room} />;
}

function Slider({ studio, room }: { studio: Studio; room: Room }) {
  const scrubbing = useMemo(() => new Scrubbing(studio, room), [room]);
  const [isRestoring, setRestoring] = useState(false);
  useEffect(() => () => scrubbing.stop(), [scrubbing]);
  useEffect(() => scrubbing.listen(), [scrubbing]);
  const moment = studio.moment.value;
  const head = scrubbing.head.value;
  const seq = scrubbing.wanted.value ?? moment?.seq ?? head;
  const bringBack = async (): Promise<void> => {
    if (moment === null) return;
    setRestoring(true);
    try {
      const count = await restored(room, moment.song, studio.selection.value);
      studio.moment.value = null;
      studio.tell(count === 0 ? "Nothing of it is otherwise now." : `${count} changes brought it back; undo takes that back.`);
    } catch (error) {
      studio.fail(error);
    }
    setRestoring(false);
  };
  const selected = studio.selection.value?.ids.length ?? 0;
  return (
    <div class={`scrubber${moment === null ? "" : " past"}`} onKeyDown={(event) => { if (event.key === "Escape") scrubbing.now(); }}>
      <span class="scrubber-title">{moment === null ? "now" : moment.title}</span>
      <input type="range" aria-label="Moment of the project" min={scrubbing.oldest.value} max={head} value={seq}
        aria-valuetext={moment === null ? `now, edit ${head}` : moment.title}
        onInput={(event) => scrubbing.to(Number(event.currentTarget.value))} />
      {moment !== null && (
        <>
          <button type="button" disabled={!room.role.value || isRestoring || !studio.mayBringBack} onClick={() => void bringBack()}>
            {selected > 0 ? "Bring back what is selected" : "Bring all of it back"}
          </button>
          <button type="button" class="main" onClick={() => scrubbing.now()}>Back to now</button>
        </>
      )}
    </div>
  );
}
