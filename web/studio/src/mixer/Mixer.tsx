/** Channel strips with faders, pan, mute, solo and sends. */

import { useEffect, useState } from "preact/hooks";
import type { Member, Room } from "@prime/client";

import { safeColour } from "../people/colours.js";
import type { Studio } from "../studio.js";
import { channelsInOrder, sendsOf } from "./channel_order.js";
import { Fader, GainField } from "./Fader.js";

export function Mixer({ studio }: { studio: Studio }) {
  studio.revisions.of("channels");
  const { song } = studio;
  if (song === null) return null;
  return (
    <div class="mixer" role="group" aria-label="Mixer">
      {channelsInOrder(song).map((id) => <Strip key={id} studio={studio} id={id} />)}
    </div>
  );
}

/** Draw again while others show something of a channel. */
function useShown(room: Room | null, id: string): void {
  const [, draw] = useState(0);
  useEffect(() => {
    let wasShown = false;
    return room?.onTick(() => {
      const isShown = room.shownBy("channels", id) !== null;
      if (isShown || wasShown) draw((count) => count + 1);
      wasShown = isShown;
    });
  }, [room, id]);
}

function Strip({ studio, id }: { studio: Studio; id: string }) {
  studio.revisions.of("channels");
  const { song } = studio;
  const room = studio.moment.value === null ? studio.room.value : null;
  useShown(room, id);
  const stored = song?.get("channels", id);
  const channel = room?.shown("channels", id) ?? stored;
  if (song === null || stored === undefined || channel === undefined) return null;
  const name = channel.name.slice(0, 40) || (channel.role === "master" ? "Master" : "Channel");
  const mover = moverOf(room, id);
  const isFixed = !studio.mayEdit;
  const common = { room, collection: "channels", id, mover, isFixed } as const;
  const set = (props: { mute?: boolean; solo?: boolean }): void => { room?.edit((tx) => tx.set("channels", id, props)); };
  const isSelected = studio.selection.value?.collection === "channels" && studio.selection.value.ids.includes(id);
  return (
    <section class={`strip ${channel.role}${isSelected ? " selected" : ""}`} aria-label={name} onFocusCapture={() => { studio.selection.value = { collection: "channels", ids: [id] }; }}>
      <Fader {...common} property="volume" label={`Volume of ${name}`} shown={channel.volume} stored={stored.volume} />
      <GainField room={room} id={id} shown={channel.volume} label={`Volume of ${name} in dB`} isFixed={isFixed} />
      <Fader {...common} property="pan" label={`Pan of ${name}`} shown={channel.pan} stored={stored.pan} />
      <div class="row switches">
        <button type="button" class="small" aria-label={`Mute ${name}`} aria-pressed={channel.mute} disabled={isFixed} onClick={() => set({ mute: !channel.mute })}>M</button>
        <button type="button" class="small" aria-label={`Solo ${name}`} aria-pressed={channel.solo} disabled={isFixed} onClick={() => set({ solo: !channel.solo })}>S</button>
      </div>
      <Sends studio={studio} room={room} channel={id} isFixed={isFixed} />
      <bdi class="strip-name" title={name}>{name}</bdi>
      {mover !== null && <span class="mover" style={{ background: mover.colour }}><bdi>{mover.name}</bdi></span>}
    </section>
  );
}

/** Who moves the fader just now. */
function moverOf(room: Room | null, channel: string): { name: string; colour: string } | null {
  const member = room?.shownBy("channels", channel) ?? null;
  const who: Member | undefined = member === null ? undefined : room?.others.value.find((each) => each.member === member);
  return who === undefined ? null : { name: who.name.slice(0, 30), colour: safeColour(who.color) };
}

function Sends({ studio, room, channel, isFixed }: { studio: Studio; room: Room | null; channel: string; isFixed: boolean }) {
  studio.revisions.of("sends");
  const { song } = studio;
  if (song === null) return null;
  const sends = sendsOf(song, channel).slice(0, 4);
  if (sends.length === 0) return null;
  return (
    <details class="sends">
      <summary>{sends.length} {sends.length === 1 ? "send" : "sends"}</summary>
      {sends.map((id) => {
        const send = song.get("sends", id)!;
        const to = song.get("channels", send.dest)?.name.slice(0, 30) ?? "";
        const shown = room?.shown("sends", id)?.volume ?? send.volume;
        return (
          <div key={id} class="send">
            <bdi>{to}</bdi>
            <Fader room={room} collection="sends" id={id} property="pan" label={`Pan of the send to ${to}`} shown={send.pan} stored={send.pan} mover={null} isFixed={isFixed} />
            <Fader room={room} collection="sends" id={id} property="volume" label={`Send to ${to}`} shown={shown} stored={send.volume} mover={null} isFixed={isFixed} />
          </div>
        );
      })}
    </details>
  );
}
