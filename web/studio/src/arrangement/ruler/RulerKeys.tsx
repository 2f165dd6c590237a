/** What stands in the ruler as a list for keys and screen readers; the canvas shows the same. */

import type { Readable } from "@prime/client";

import { ofPress } from "../../keys/bursts.js";
import type { Studio } from "../../studio.js";
import { placeInWords } from "../../timeline/place_words.js";
import type { ArrangementView } from "../arrangement_view.js";
import { signaturesOf } from "../../timeline/signatures.js";
import { tempoInWords } from "../../words/tempo_words.js";
import { RULER_COLLECTIONS, type RulerCollection } from "./chips.js";
import { moveTo, remove } from "./ruler_edits.js";

const MOST = 300;

interface Mark {
  readonly collection: RulerCollection;
  readonly id: string;
  readonly time: number;
  readonly words: string;
}

export function RulerKeys({ studio, view }: { studio: Studio; view: ArrangementView }) {
  for (const collection of RULER_COLLECTIONS) studio.revisions.of(collection);
  const selected = studio.selection.value;
  return (
    <ul class="ruler-keys" aria-label="Markers, tempo and time signatures">
      {marksOf(view.song).map((mark) => (
        <li key={mark.id}>
          <button type="button" aria-pressed={selected?.collection === mark.collection && selected.ids.includes(mark.id)}
            onFocus={() => view.show(mark.time)} onClick={() => studio.inspect(mark.collection, mark.id)} onKeyDown={(event) => pressed(event, studio, mark)}>
            <bdi>{mark.words}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}

function marksOf(song: Readable): Mark[] {
  const signatures = signaturesOf(song);
  const marks: Mark[] = [];
  for (const collection of RULER_COLLECTIONS) {
    for (const [id, entity] of song.all(collection)) {
      const { time } = entity;
      const chipText = "bpm" in entity ? tempoInWords(entity.bpm) : "num" in entity ? `${entity.num}/${entity.den}` : `Marker ${entity.name.slice(0, 60)}`;
      marks.push({ collection, id, time, words: `${chipText}, ${placeInWords(signatures, time)}` });
    }
  }
  return marks.sort((a, b) => a.time - b.time).slice(0, MOST);
}

/** Arrows move by a beat, with Alt by a sixteenth; Delete. */
function pressed(event: KeyboardEvent, studio: Studio, { collection, id, time }: Mark): void {
  const room = studio.room.value;
  if (room === null || !studio.mayEdit || event.ctrlKey || event.metaKey) return;
  const step = (event.altKey ? 1 / 4 : 1) * (event.key === "ArrowLeft" ? -1 : 1);
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") moveTo(room, collection, id, Math.max(0, time + step), ofPress("move", String(step), id));
  else if (event.key === "Delete") remove(room, collection, [id]);
  else return;
  event.preventDefault();
}
