/** Scenes and the clips that wait in their slots: a column a track, a row a scene. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { inOrder, trackTree, type Readable } from "@prime/client";

import { shownTheme } from "../../../pages/theme.js";
import { clipColour, clipLook } from "../canvas/clip_colours.js";
import type { Studio } from "../studio.js";
import { addScene, clipIn, fillSlot } from "./scene_edits.js";

/** At most so many columns and rows are shown. */
const MOST_TRACKS = 64;
const MOST_SCENES = 128;

export function Launcher({ studio }: { studio: Studio }) {
  for (const collection of ["scenes", "slots", "clips", "tracks"] as const) studio.revisions.of(collection);
  const { song } = studio;
  if (song === null) return null;
  const scenes = [...song.all("scenes")].map(([id, { order, name }]) => ({ id, order, name })).sort(inOrder);
  const room = studio.mayEdit ? studio.room.value : null;
  const tracks = columnsOf(song, room !== null);
  return (
    <div class="scenes">
      {scenes.length === 0
        ? <p class="quiet">This song has no scenes. A scene is a row of clips, one a track, that play together.</p>
        : (
          <table class="launcher" aria-label="Scenes">
            <thead><tr><td />{tracks.map(({ id }) => <th key={id} scope="col"><bdi>{song.get("tracks", id)?.name.slice(0, 40)}</bdi></th>)}</tr></thead>
            <tbody>
              {scenes.slice(0, MOST_SCENES).map((scene) => (
                <tr key={scene.id}>
                  <th scope="row">
                    <LaunchScene studio={studio} scene={scene.id} name={scene.name} tracks={tracks.map(({ id }) => id)} />
                    <button type="button" class="scene" onClick={() => studio.inspect("scenes", scene.id)}><bdi>{scene.name.slice(0, 40) || "Scene"}</bdi></button>
                  </th>
                  {tracks.map(({ id, place }) => <td key={id}><Slot studio={studio} scene={scene.id} sceneName={scene.name} track={id} place={place} /></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      <div class="row">
        {room !== null && <button type="button" onClick={() => studio.introduce("scenes", addScene(room))}>+ Scene</button>}
        {studio.launches.running.value.size > 0 && <button type="button" onClick={() => studio.launches.backToSong()}>Back to the song</button>}
      </div>
      {scenes.length > MOST_SCENES && <p class="quiet">The first {MOST_SCENES} of {scenes.length} scenes.</p>}
    </div>
  );
}

/** The tracks that have slots; for who may edit, all that are no groups. */
function columnsOf(song: Readable, isAll: boolean): { id: string; place: number }[] {
  return trackTree(song)
    .map(({ id }, place) => ({ id, place }))
    .filter(({ id }) => song.by("slots", "track", id).size > 0 || (isAll && song.by("tracks", "parent", id).size === 0))
    .slice(0, MOST_TRACKS);
}

interface SlotProps {
  readonly studio: Studio;
  readonly scene: string;
  readonly sceneName: string;
  readonly track: string;
  readonly place: number;
}

function Slot({ studio, scene, sceneName, track, place }: SlotProps) {
  for (const collection of ["slots", "clips", "tracks"] as const) studio.revisions.of(collection);
  const { song } = studio;
  const id = song === null ? null : clipIn(song, scene, track);
  const clip = id === null ? undefined : song?.get("clips", id);
  const button = useRef<HTMLButtonElement>(null);
  /** Whether a clip was just made here: what made it is gone, and its keys go to the clip. */
  const isMade = useRef(false);
  useLayoutEffect(() => {
    if (!isMade.current || button.current === null) return;
    isMade.current = false;
    button.current.focus();
  });
  const show = (shown: string): void => {
    studio.select("clips", [shown]);
    studio.openClip.value = shown;
  };
  const announce = (shown: string): void => {
    isMade.current = true;
    show(shown);
  };
  if (song === null || id === null || clip === undefined) return <EmptySlot studio={studio} scene={scene} sceneName={sceneName} track={track} onMade={announce} />;
  const look = clipLook(clipColour(clip.color ?? song.get("tracks", track)?.color, place), { isLight: shownTheme.value === "light" });
  const isSelected = studio.selection.value?.collection === "clips" && studio.selection.value.ids.includes(id);
  return (
    <span class="slot-row">
      <LaunchClip studio={studio} track={track} clip={id} name={`${song.get("tracks", track)?.name.slice(0, 40) ?? ""} in ${sceneName.slice(0, 40)}`} />
      <button ref={button} type="button" class={`slot${isSelected ? " selected" : ""}`} aria-pressed={isSelected} style={{ background: look.body, color: look.letters, borderTopColor: look.edge }}
        onClick={() => show(id)} onDblClick={() => { studio.lower.value = "pianoroll"; }}>
        <bdi>{clip.name.slice(0, 40) || song.get("tracks", track)?.name.slice(0, 40) || "Clip"}</bdi>
      </button>
    </span>
  );
}

/** Plays a clip on its track from the next bar on, in place of the song; pressed again, the song is back. */
function LaunchClip({ studio, track, clip, name }: { studio: Studio; track: string; clip: string; name: string }) {
  const { launches } = studio;
  const isRunning = launches.running.value.get(track)?.clip === clip;
  const next = launches.waiting.value.get(track);
  const isOn = next === undefined ? isRunning : next === clip;
  const press = (): void => {
    launches.launch(track, isOn ? null : clip);
    if (!studio.isPlaying.peek()) studio.play();
  };
  return <button type="button" class={`launch${isOn && !isRunning ? " waiting" : ""}`} aria-pressed={isOn} aria-label={`Play ${name}`} title={isOn ? "Back to the song" : "From the next bar on"} onClick={press}>{isOn ? "■" : "▶"}</button>;
}

/** Plays all clips of a scene; a track that has none in it goes on as it is. */
function LaunchScene({ studio, scene, name, tracks }: { studio: Studio; scene: string; name: string; tracks: readonly string[] }) {
  const press = (): void => {
    for (const track of tracks) {
      const clip = studio.song === null ? null : clipIn(studio.song, scene, track);
      if (clip !== null) studio.launches.launch(track, clip);
    }
    if (!studio.isPlaying.peek()) studio.play();
  };
  return <button type="button" class="launch" aria-label={`Play ${name.slice(0, 40) || "the scene"}`} title="From the next bar on" onClick={press}>▶</button>;
}

function EmptySlot({ studio, scene, sceneName, track, onMade }: Omit<SlotProps, "place"> & { onMade: (clip: string) => void }) {
  const room = studio.mayEdit ? studio.room.value : null;
  if (room === null) return <span class="slot-empty" />;
  const name = room.get("tracks", track)?.name.slice(0, 40) ?? "";
  return <button type="button" class="slot-empty" aria-label={`New clip of ${name} in ${sceneName.slice(0, 40)}`} onClick={() => onMade(fillSlot(room, scene, track))}>+</button>;
}
