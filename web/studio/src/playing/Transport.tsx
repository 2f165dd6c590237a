/** Play, stop, where the play head is, tempo and loop. */

import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

import { loopIn } from "../timeline/loop.js";
import { signaturesOf } from "../timeline/signatures.js";
import { songEnd } from "../timeline/song_end.js";
import { isDialogOpen, isForFocused } from "../keys/focus_keys.js";
import type { Studio } from "../studio.js";
import { placeInNumbers, placeInWords } from "../timeline/place_words.js";
import { Player } from "./player.js";
import { tempoInWords } from "../words/tempo_words.js";

export function Transport({ studio }: { studio: Studio }) {
  const player = useMemo(() => new Player(studio), [studio.room.value]);
  useEffect(() => {
    studio.level = (channel) => player.level(channel);
    studio.tryOut = (channel) => player.tryOut(channel);
    studio.play = () => player.play();
    return () => player.close();
  }, [player]);
  useEffect(() => studio.playhead.subscribe(() => player.jumped()), [player]);
  useEffect(() => onKey(studio, player), [player]);
  const { song } = studio;
  studio.revisions.of("transport");
  if (song === null) return null;
  const loop = loopIn(song);
  const toggle = (): void => {
    if (loop !== null) studio.room.value?.edit((tx) => tx.set("transport", loop.id, { loopOn: !loop.isOn }));
  };
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button type="button" aria-label={studio.isPlaying.value ? "Pause" : "Play"} title="Play or pause (space)" onClick={() => player.toggle()}>{studio.isPlaying.value ? "❚❚" : "▶"}</button>
      <button type="button" aria-label="Stop" title="To the beginning" onClick={() => player.stop()}>■</button>
      <button type="button" aria-label="Loop" aria-pressed={loop?.isOn ?? false} disabled={!studio.mayEdit} onClick={toggle}>⟳</button>
      <Where studio={studio} />
      <InForce studio={studio} />
    </div>
  );
}

/** Drawn by itself: the play head moves with each frame. What hangs on the song alone is found when the song has changed. */
function Where({ studio }: { studio: Studio }) {
  const { song } = studio;
  const revisions = (["clips", "markers", "signatures"] as const).map((collection) => studio.revisions.of(collection));
  const end = useMemo(() => (song === null ? 0 : Math.ceil(songEnd(song))), [song, ...revisions]);
  const signatures = useMemo(() => (song === null ? [] : signaturesOf(song)), [song, ...revisions]);
  if (song === null) return null;
  const time = studio.playhead.value;
  const placeText = placeInWords(signatures, time);
  return (
    <>
      <span class="position" aria-hidden>{placeInNumbers(signatures, time)}</span>
      <input class="where" aria-label="Play head, in beats" type="range" min={0} max={end} step={0.25} value={time}
        aria-valuetext={placeText} title={placeText} onInput={(event) => studio.seek(Number(event.currentTarget.value))} />
    </>
  );
}

/** Tempo and time signature at the play head; pressed, the inspector shows them. Drawn again where another holds. */
function InForce({ studio }: { studio: Studio }) {
  const [tempoId, signatureId] = [useInForce(studio, "tempo"), useInForce(studio, "signatures")];
  const { song } = studio;
  studio.revisions.of("tempo");
  studio.revisions.of("signatures");
  const tempo = song?.get("tempo", tempoId ?? "");
  const signature = song?.get("signatures", signatureId ?? "");
  return (
    <span class="group in-force">
      {tempoId !== null && tempo !== undefined && <button type="button" title="Change the tempo that holds here" onClick={() => studio.inspect("tempo", tempoId)}>{tempoInWords(tempo.bpm)}</button>}
      {signatureId !== null && signature !== undefined && <button type="button" title="Change the time signature that holds here" onClick={() => studio.inspect("signatures", signatureId)}>{signature.num}/{signature.den}</button>}
    </span>
  );
}

/** The id of what holds at the play head; null: the song has none. */
function useInForce(studio: Studio, collection: "tempo" | "signatures"): string | null {
  const all = useComputed(() => {
    studio.revisions.of(collection);
    const timedEntities = [...(studio.song?.all(collection) ?? [])].map(([id, { time }]) => ({ id, time }));
    return timedEntities.sort((a, b) => a.time - b.time); // it keeps the order of those at one time: the later one holds
  });
  return useComputed(() => all.value.findLast(({ time }) => time <= studio.playhead.value)?.id ?? null).value;
}

/** Space plays, Ctrl+Z undoes: where nothing that has the focus takes the key. */
function onKey(studio: Studio, player: Player): () => void {
  /** Space went down for us. */
  let isOurs = false;
  const release = (event: KeyboardEvent): void => {
    if (isOurs && event.key === " ") event.preventDefault(); // Firefox presses a button by it else
    if (event.key === " ") isOurs = false;
  };
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isDialogOpen() || isForFocused(event.target, event.key)) return;
    const key = event.key.toLowerCase();
    const isControl = event.ctrlKey || event.metaKey;
    if (key === " " && !isControl && !event.altKey) {
      if (!event.repeat) player.toggle();
      isOurs = true;
    } else if (isControl && key === "z") {
      if (event.shiftKey) studio.takingBack.redo();
      else studio.takingBack.undo();
    } else if (isControl && key === "y") studio.takingBack.redo();
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", press);
  addEventListener("keyup", release);
  return () => {
    removeEventListener("keydown", press);
    removeEventListener("keyup", release);
  };
}
