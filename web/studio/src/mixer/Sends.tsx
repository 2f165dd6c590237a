/** The sends of a channel: beside its strip, where nothing of it is covered. */

import type { Room } from "@prime/client";

import type { Studio } from "../studio.js";
import { channelName } from "../channels/channel_names.js";
import { sendsOf } from "../channels/channel_order.js";
import { Fader } from "./Fader.js";
import { gainInWords } from "../channels/volume_and_pan.js";
import { addSend, destinations } from "./send_edits.js";
import { moverOf, useFadersOfOthers } from "./faders_of_others.js";

export function Sends({ studio, room, channel, isFixed }: { studio: Studio; room: Room | null; channel: string; isFixed: boolean }) {
  for (const collection of ["sends", "channels"] as const) studio.revisions.of(collection);
  const { song } = studio;
  const sends = song === null ? [] : sendsOf(song, channel).slice(0, 4);
  useFadersOfOthers(room, "sends", sends);
  const dests = song === null || room === null || isFixed ? [] : destinations(song, channel);
  if (song === null || (sends.length === 0 && dests.length === 0)) return null;
  return (
    <details class="sends">
      <summary>{sends.length === 0 ? "+ send" : `${sends.length} ${sends.length === 1 ? "send" : "sends"}`}</summary>
      <div class="send-list">{sends.map((id) => {
        const send = song.get("sends", id)!;
        const to = channelName(song, send.dest).slice(0, 30);
        const shownSend = room?.shown("sends", id) ?? send;
        const mover = moverOf(room, "sends", id);
        const common = { room, collection: "sends", id, mover, isFixed } as const;
        return (
          <div key={id} class="send">
            <bdi>{to}</bdi>
            <Fader {...common} property="volume" label={`Send to ${to}`} shown={shownSend.volume} stored={send.volume} />
            <span class="quiet">{gainInWords(shownSend.volume)}</span>
            <Fader {...common} property="pan" label={`Pan of the send to ${to}`} shown={shownSend.pan} stored={send.pan} />
            <button type="button" class="small" aria-label={`Send to ${to}, ${send.enable ? "on" : "off"}`} aria-pressed={send.enable} disabled={isFixed} onClick={() => room?.edit((tx) => tx.set("sends", id, { enable: !send.enable }))}>{send.enable ? "on" : "off"}</button>
            <span class="quiet">{send.type === "pre" ? "pre fader" : "post fader"}</span>
            {!isFixed && <button type="button" class="small" aria-label={`Remove the send to ${to}`} onClick={() => room?.edit((tx) => tx.delete("sends", id))}>Remove</button>}
          </div>
        );
      })}
      {dests.length > 0 && (
        <label class="send">Send to
          <select value="" onChange={({ currentTarget }) => { if (room !== null && currentTarget.value !== "") addSend(room, channel, currentTarget.value); currentTarget.value = ""; }}>
            <option value="">choose</option>
            {dests.map((id) => <option key={id} value={id}>{channelName(song, id).slice(0, 30) || "Channel"}</option>)}
          </select>
        </label>
      )}</div>
    </details>
  );
}
