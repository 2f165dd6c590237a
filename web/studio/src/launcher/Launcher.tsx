/** Scenes and the clips that wait in their slots: a column a track, a row a scene. */

import { inOrder, trackTree, type Readable } from "@prime/client";

import { clipColour, lettersOn } from "../arrangement/colours.js";
import type { Studio } from "../studio.js";

export function Launcher({ studio }: { studio: Studio }) {
  for (const collection of ["scenes", "slots", "clips", "tracks"] as const) studio.revisions.of(collection);
  const { song } = studio;
  if (song === null) return null;
  const scenes = [...song.all("scenes")].map(([id, { order, name }]) => ({ id, order, name })).sort(inOrder);
  if (scenes.length === 0) return <p class="quiet inspector">This song has no scenes.</p>;
  const tracks = trackTree(song).filter(({ id }) => song.by("slots", "track", id).size > 0);
  return (
    <table class="launcher" aria-label="Scenes">
      <thead><tr><td />{tracks.map(({ id }) => <th key={id} scope="col"><bdi>{song.get("tracks", id)?.name.slice(0, 40)}</bdi></th>)}</tr></thead>
      <tbody>
        {scenes.map((scene) => (
          <tr key={scene.id}>
            <th scope="row"><bdi>{scene.name.slice(0, 40) || "Scene"}</bdi></th>
            {tracks.map(({ id }, place) => <td key={id}><Slot studio={studio} song={song} clip={clipIn(song, scene.id, id)} place={place} /></td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function clipIn(song: Readable, scene: string, track: string): string | null {
  for (const slot of song.by("slots", "scene", scene)) {
    if (song.get("slots", slot)?.track !== track) continue;
    for (const clip of song.by("clips", "slot", slot)) return clip;
  }
  return null;
}

function Slot({ studio, song, clip, place }: { studio: Studio; song: Readable; clip: string | null; place: number }) {
  studio.revisions.of("clips");
  const entity = clip === null ? undefined : song.get("clips", clip);
  if (clip === null || entity === undefined) return <span class="slot-empty" />;
  const colour = clipColour(entity.color, place);
  const open = (): void => {
    studio.selection.value = { collection: "clips", ids: [clip] };
    studio.openClip.value = clip;
  };
  return <button type="button" class="slot" style={{ background: colour, color: lettersOn(colour) }} onClick={open}><bdi>{entity.name.slice(0, 40) || "Clip"}</bdi></button>;
}
