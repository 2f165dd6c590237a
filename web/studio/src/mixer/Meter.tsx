/** How loud a channel is while the song plays. For the eye alone: its element is written each frame, nothing is drawn anew. */

import { useEffect, useRef } from "preact/hooks";

import type { Studio } from "../studio.js";
import { partAt } from "../channels/volume_and_pan.js";

/** A peak falls so much of the way a frame. */
const FALL = 0.03;

export function Meter({ studio, channel }: { studio: Studio; channel: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  const isPlaying = studio.isPlaying.value;
  useEffect(() => {
    if (!isPlaying) return;
    let shownLevel = 0;
    let frame = requestAnimationFrame(function draw() {
      shownLevel = Math.max(partAt(studio.level(channel)), shownLevel - FALL);
      bar.current?.style.setProperty("--level", shownLevel.toFixed(3));
      frame = requestAnimationFrame(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
      bar.current?.style.setProperty("--level", "0");
    };
  }, [studio, channel, isPlaying]);
  return <div class="meter" aria-hidden="true"><span ref={bar} /></div>;
}
