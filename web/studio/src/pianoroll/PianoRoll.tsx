/** What a clip holds: notes, or the points of its automation. */

import type { Studio } from "../studio.js";
import { ClipPoints } from "./ClipPoints.js";
import { Roll } from "./Roll.js";

export function PianoRoll({ studio }: { studio: Studio }) {
  studio.revisions.of("clips");
  const { song } = studio;
  const selection = studio.selection.value;
  const selectedClip = selection?.collection === "clips" ? selection.ids[0] : undefined;
  const clip = selectedClip ?? studio.openClip.value;
  const entity = clip === null ? undefined : song?.get("clips", clip);
  if (song === null || clip === null || entity === undefined) return <p class="quiet inspector">Choose a clip of notes in the song: a tap selects it, a double click opens it here.</p>;
  if (entity.kind === "automation") return <ClipPoints key={clip} studio={studio} song={song} clip={entity.ref ?? clip} />;
  if (entity.kind !== "notes") return <p class="quiet inspector">This clip has no notes.</p>;
  return <Roll key={clip} studio={studio} song={song} clip={entity.ref ?? clip} played={clip} />;
}
