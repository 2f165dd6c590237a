/** Channel strips with faders, pan, mute, solo and sends. */

import { useState } from "preact/hooks";
import type { Readable } from "@prime/client";

import { safeColour } from "../people/colours.js";
import type { Studio } from "../studio.js";
import { channelName } from "../channels/channel_names.js";
import { channelsInOrder } from "../channels/channel_order.js";
import { Fader, GainField } from "./Fader.js";
import { Meter } from "./Meter.js";
import { addEffect } from "./send_edits.js";
import { Sends } from "./Sends.js";
import { moverOf, useFadersOfOthers } from "./faders_of_others.js";

/** At most so many strips are there at once, beside the master's; the others are a press away. */
const MOST_STRIPS = 64;

export function Mixer({ studio }: { studio: Studio }) {
  studio.revisions.of("channels");
  const [wanted, setFirst] = useState(0);
  const { song } = studio;
  if (song === null) return null;
  const all = channelsInOrder(song);
  const strips = all.filter((id) => song.get("channels", id)?.role !== "master");
  const masters = all.filter((id) => song.get("channels", id)?.role === "master");
  const first = Math.max(0, Math.min(wanted, Math.floor((strips.length - 1) / MOST_STRIPS) * MOST_STRIPS));
  return (
    <div class="mixer" role="group" aria-label="Mixer">
      {strips.length > MOST_STRIPS && <Pages first={first} count={strips.length} onGo={setFirst} />}
      {[...strips.slice(first, first + MOST_STRIPS), ...masters].map((id) => <Strip key={id} studio={studio} id={id} />)}
      {studio.mayEdit && studio.room.value !== null && <button type="button" class="small add-effect" title="A channel that others send to" onClick={() => { const { value } = studio.room; if (value !== null) studio.introduce("channels", addEffect(value)); }}>+ Effect</button>}
    </div>
  );
}

/** Which of very many strips are shown. */
function Pages({ first, count, onGo }: { first: number; count: number; onGo: (first: number) => void }) {
  const last = Math.min(count, first + MOST_STRIPS);
  return (
    <div class="mixer-pages">
      <span class="quiet">{first + 1} to {last} of {count} channels</span>
      <button type="button" disabled={first === 0} onClick={() => onGo(first - MOST_STRIPS)}>Those before</button>
      <button type="button" disabled={last === count} onClick={() => onGo(first + MOST_STRIPS)}>Those behind</button>
    </div>
  );
}

function Strip({ studio, id }: { studio: Studio; id: string }) {
  studio.revisions.of("channels");
  const { song } = studio;
  const room = studio.moment.value === null ? studio.room.value : null;
  studio.revisions.of("tracks");
  useFadersOfOthers(room, "channels", [id]);
  const [held, setHeld] = useState<number | null>(null);
  const stored = song?.get("channels", id);
  const channel = room?.shown("channels", id) ?? stored;
  if (song === null || stored === undefined || channel === undefined) return null;
  const name = channelName(song, id).slice(0, 40) || (channel.role === "master" ? "Master" : "Channel");
  const mover = moverOf(room, "channels", id);
  const isFixed = !studio.mayEdit;
  const common = { room, collection: "channels", id, mover, isFixed } as const;
  const set = (props: { mute?: boolean; solo?: boolean }): void => { room?.edit((tx) => tx.set("channels", id, props)); };
  const isSelected = studio.selection.value?.collection === "channels" && studio.selection.value.ids.includes(id);
  return (
    <section class={`strip ${channel.role}${isSelected ? " selected" : ""}`} aria-label={name} onFocusCapture={() => { studio.selection.value = { collection: "channels", ids: [id] }; }}>
      <div class="upright">
        <Fader {...common} property="volume" label={`Volume of ${name}`} shown={channel.volume} stored={stored.volume} onHeld={setHeld} />
        <Meter studio={studio} channel={id} />
      </div>
      <GainField room={isFixed ? null : room} id={id} shown={held ?? channel.volume} label={`Volume of ${name} in dB`} isFixed={isFixed} />
      <Fader {...common} property="pan" label={`Pan of ${name}`} shown={channel.pan} stored={stored.pan} />
      <div class="row switches">
        <button type="button" class="small" aria-label={`Mute ${name}`} aria-pressed={channel.mute} disabled={isFixed} onClick={() => set({ mute: !channel.mute })}>M</button>
        <button type="button" class="small" aria-label={`Solo ${name}`} aria-pressed={channel.solo} disabled={isFixed} onClick={() => set({ solo: !channel.solo })}>S</button>
      </div>
      <bdi class="strip-name" title={name} style={{ borderColor: colourOf(song, id) }}>{name}</bdi>
      <Sends studio={studio} room={room} channel={id} isFixed={isFixed} />
      {channel.role !== "regular" && <span class="quiet strip-role">{ROLES[channel.role]}</span>}
      {mover !== null && <span class="mover" style={{ background: mover.colour }}><bdi>{mover.name}</bdi></span>}
    </section>
  );
}

const ROLES: { readonly [role: string]: string } = { master: "Master", effect: "Effect", submix: "Group", vca: "VCA" };

/** Of the first track that plays on it; grey: none does. */
function colourOf(song: Readable, channel: string): string {
  const [track] = [...song.by("tracks", "channel", channel)].sort();
  return safeColour(song.get("tracks", track ?? "")?.color ?? "");
}
