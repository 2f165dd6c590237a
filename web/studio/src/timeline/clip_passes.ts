/** What a clip plays of its content: loops written out, edges cut. As files/music/sounding_notes.py does. */

export interface PlayedClip {
  readonly time: number;
  readonly duration: number;
  readonly playStart: number;
  readonly loopStart: number | null;
  readonly loopEnd: number | null;
}

/** One pass over the content, from `start` to `end`, which begins at `time` in the song; a clip that loops has many. */
export interface Pass {
  readonly time: number;
  readonly start: number;
  readonly end: number;
}

/** Beats below which two times are one. */
const NEAR = 1e-6;

/** At most so many passes of a clip are drawn or played: a loop of a millisecond over an hour has millions. */
export const MOST_PASSES = 4_096;

/** Those of a clip that sound between two beats of the song, one after the other; the units are those of the clip's content. */
export function passes(clip: PlayedClip, from = -Infinity, to = Infinity): Pass[] {
  const found: Pass[] = [];
  const { loopStart, loopEnd } = clip;
  const isLooped = loopStart !== null && loopEnd !== null && loopEnd - loopStart > NEAR && clip.playStart < loopEnd;
  const clipEnd = clip.time + clip.duration;
  let time = clip.time;
  let at = clip.playStart;
  if (isLooped) ({ time, at } = firstPass(clip, loopStart, loopEnd, from));
  while (clipEnd - time > NEAR && time < to && found.length < MOST_PASSES) {
    const end = isLooped ? Math.min(at + clipEnd - time, loopEnd) : at + clipEnd - time;
    if (time + end - at > from) found.push({ time, start: at, end });
    time += end - at;
    at = isLooped ? loopStart : end;
  }
  return found;
}

/** The beat of its content that a clip plays at a time of the song; null: it does not play then. */
export function contentAt(clip: PlayedClip & { readonly slot: string | null }, time: number): number | null {
  if (clip.slot !== null || time < clip.time || time >= clip.time + clip.duration) return null;
  const [pass] = passes(clip, time, time + 1e-3);
  return pass === undefined ? null : pass.start + Math.max(0, time - pass.time);
}

/** Where to begin so that no pass before `from` is walked. */
function firstPass(clip: PlayedClip, loopStart: number, loopEnd: number, from: number): { time: number; at: number } {
  const firstEnd = clip.time + loopEnd - clip.playStart;
  if (from <= firstEnd) return { time: clip.time, at: clip.playStart };
  const length = loopEnd - loopStart;
  return { time: firstEnd + Math.floor((from - firstEnd) / length) * length, at: loopStart };
}
