/** Play, stop, where the play head is, tempo and loop. */

import { useEffect, useMemo } from "preact/hooks";

import { inForce } from "../arrangement/ruler/ruler_edits.js";
import { signaturesOf } from "../arrangement/song_layer.js";
import { songEnd } from "../arrangement/track_layout.js";
import { isDialogOpen, isForFocused } from "../keys/focused.js";
import type { Studio } from "../studio.js";
import { placeInNumbers, placeInWords } from "../timeline/place_words.js";
import { Player } from "./player.js";

export function Transport({ studio }: { studio: Studio }) {
  const player = useMemo(() => new Player(studio), [studio.room.value]);
  useEffect(() => {
    studio.level = (channel) => player.level(channel);
    return () => player.close();
  }, [player]);
  useEffect(() => studio.playhead.subscribe(() => player.jumped()), [player]);
  useEffect(() => onKey(studio, player), [player]);
  const { song } = studio;
  studio.revisions.of("transport");
  if (song === null) return null;
  const transport = [...song.all("transport")][0];
  const loop = (): void => {
    if (transport !== undefined) studio.room.value?.edit((tx) => tx.set("transport", transport[0], { loopOn: !transport[1].loopOn }));
  };
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button type="button" aria-label={studio.isPlaying.value ? "Pause" : "Play"} title="Play or pause (space)" onClick={() => player.toggle()}>{studio.isPlaying.value ? "❚❚" : "▶"}</button>
      <button type="button" aria-label="Stop" title="To the beginning" onClick={() => player.stop()}>■</button>
      <button type="button" aria-label="Loop" aria-pressed={transport?.[1].loopOn ?? false} disabled={!studio.mayEdit} onClick={loop}>⟳</button>
      <Where studio={studio} />
      <InForce studio={studio} />
    </div>
  );
}

/** Drawn by itself: the play head moves with each frame. */
function Where({ studio }: { studio: Studio }) {
  const { song } = studio;
  if (song === null) return null;
  return (
    <>
      <span class="position" aria-hidden>{placeInNumbers(signaturesOf(song), studio.playhead.value)}</span>
      <input class="where" aria-label="Play head, in beats" type="range" min={0} max={Math.ceil(songEnd(song))} step={0.25} value={studio.playhead.value}
        aria-valuetext={placeInWords(signaturesOf(song), studio.playhead.value)} title={placeInWords(signaturesOf(song), studio.playhead.value)}
        onInput={(event) => studio.seek(Number(event.currentTarget.value))} />
    </>
  );
}

/** Tempo and time signature at the play head; pressed, the inspector shows them. */
function InForce({ studio }: { studio: Studio }) {
  studio.revisions.of("tempo");
  studio.revisions.of("signatures");
  const { song } = studio;
  const tempo = song === null ? null : inForce(song, "tempo", studio.playhead.value);
  const signature = song === null ? null : inForce(song, "signatures", studio.playhead.value);
  return (
    <span class="group in-force">
      {tempo !== null && <button type="button" title="Change the tempo that holds here" onClick={() => studio.inspect("tempo", tempo[0])}>{Math.round(tempo[1].bpm * 100) / 100} bpm</button>}
      {signature !== null && <button type="button" title="Change the time signature that holds here" onClick={() => studio.inspect("signatures", signature[0])}>{signature[1].num}/{signature[1].den}</button>}
    </span>
  );
}

/** Space plays, Ctrl+Z undoes: where nothing that has the focus takes the key. */
function onKey(studio: Studio, player: Player): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isDialogOpen() || isForFocused(event.target, event.key)) return;
    const key = event.key.toLowerCase();
    const isControl = event.ctrlKey || event.metaKey;
    if (key === " " && !isControl && !event.altKey) {
      if (!event.repeat) player.toggle();
    } else if (isControl && key === "z") {
      if (event.shiftKey) studio.redo();
      else studio.undo();
    } else if (isControl && key === "y") studio.redo();
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
