/** What is selected, with properties that can be typed. */

import { isOfRuler, type RulerCollection } from "../arrangement/ruler/chips.js";
import { setLoop } from "../arrangement/ruler/loop_edits.js";
import { spanOf } from "../timeline/spans.js";
import { isFirst, remove } from "../arrangement/ruler/ruler_edits.js";
import { nameOf } from "../channels/channel_names.js";
import type { Selection, Studio } from "../studio.js";
import { Devices } from "./Devices.js";
import { FIELDS, TITLES, type Field } from "./fields.js";
import { Property } from "./Property.js";

export function Inspector({ studio }: { studio: Studio }) {
  const selection = studio.selection.value;
  const id = selection?.ids[0];
  if (selection === null || id === undefined) return <p class="quiet inspector">Select a clip, a track or a channel.</p>;
  studio.revisions.of(selection.collection);
  studio.revisions.of("tracks"); // a channel has the name of its track
  const entity = studio.song?.get(selection.collection, id) as { readonly [property: string]: unknown } | undefined;
  const fields = FIELDS[selection.collection] ?? [];
  const [one, many] = TITLES[selection.collection] ?? [selection.collection, selection.collection];
  const { song } = studio;
  const isFixed = ({ property }: Field): boolean => property === "time" && song !== null && isOfRuler(selection.collection) && isFirst(song, selection.collection, id);
  if (entity === undefined) return <p class="quiet inspector">That is not there any more.</p>;
  return (
    <div class="inspector form">
      <h2>{selection.ids.length > 1 ? `${selection.ids.length} ${many}, as the first is` : one}</h2>
      {fields.map((each, place) => (
        <Property key={`${id}/${each.property}`} room={studio.mayEdit && !isFixed(each) ? studio.room.value : null} collection={selection.collection} ids={selection.ids}
          field={each} value={each.property === "name" ? nameOf(studio.song!, selection.collection, id, entity[each.property]) : entity[each.property]} onWrong={(text) => studio.tell(text, "warning", "what was typed")}
          takesKeys={place === 0 && studio.naming.value === id} onTaken={() => { studio.naming.value = null; }} />
      ))}
      {(selection.collection === "tracks" || selection.collection === "channels") && <Devices studio={studio} collection={selection.collection} id={id} />}
      <LoopButton studio={studio} selection={selection} />
      {isOfRuler(selection.collection) && <RulerActions studio={studio} collection={selection.collection} ids={selection.ids} />}
    </div>
  );
}

/** Only for what has a place in the song. */
function LoopButton({ studio, selection: { collection, ids } }: { studio: Studio; selection: Selection }) {
  studio.revisions.of("clips"); // those of a track, or of a note
  const span = studio.song === null ? null : spanOf(studio.song, collection, ids);
  if (span === null) return null;
  return <button type="button" title="Loop what is selected (L)" disabled={!studio.mayEdit} onClick={() => { if (studio.room.value !== null) setLoop(studio.room.value, span, { isOn: true }); }}>Loop it</button>;
}

/** What is done with what is selected in the ruler. */
function RulerActions({ studio, collection, ids }: { studio: Studio; collection: RulerCollection; ids: readonly string[] }) {
  const { song } = studio;
  const isKept = song === null || ids.every((id) => isFirst(song, collection, id));
  const drop = (): void => { if (studio.room.value !== null && remove(studio.room.value, collection, ids) > 0) studio.select(collection, []); };
  return (
    <>
      {isKept && <p class="quiet">It holds from the beginning of the song, and stays there.</p>}
      <button type="button" class="danger" disabled={!studio.mayEdit || isKept} onClick={drop}>Delete</button>
    </>
  );
}
