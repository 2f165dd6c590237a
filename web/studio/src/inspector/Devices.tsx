/** What makes and changes the sound of a channel: the instrument that plays here, and the song's devices, each on or off. */

import type { Readable } from "@prime/client";

import { BUILT_IN, builtInOf, choose, chosenOf, devicesOf, type BuiltIn } from "../playing/built_in_instruments.js";
import type { Studio } from "../studio.js";

/** At most so many are listed. */
const MOST_DEVICES = 64;

export function Devices({ studio, collection, id }: { studio: Studio; collection: "tracks" | "channels"; id: string }) {
  studio.revisions.of("devices");
  studio.revisions.of("tracks");
  const { song } = studio;
  const channel = collection === "channels" ? id : (song?.get("tracks", id)?.channel ?? null);
  if (song === null || channel === null) return null;
  const room = studio.mayEdit ? studio.room.value : null;
  const devices = devicesOf(song, channel);
  const isPlayed = song.by("tracks", "channel", channel).size > 0;
  return (
    <>
      {isPlayed && <Instrument studio={studio} song={song} channel={channel} />}
      {devices.length > 0 && (
        <fieldset class="devices">
          <legend class="quiet">Devices</legend>
          {devices.slice(0, MOST_DEVICES).map((device) => (
            <label key={device.id} class="row">
              <input type="checkbox" checked={device.enabled} disabled={room === null}
                onChange={(event) => { const enabled = event.currentTarget.checked; room?.edit((tx) => tx.set("devices", device.id, { enabled })); }} />
              <bdi>{(device.name || device.deviceId || "Device").slice(0, 80)}</bdi>
              <small class="quiet"><bdi>{builtInOf(device) === null ? device.format.slice(0, 32) : "plays here"}</bdi></small>
            </label>
          ))}
          {devices.length > MOST_DEVICES && <p class="quiet">{devices.length - MOST_DEVICES} more {devices.length - MOST_DEVICES === 1 ? "is" : "are"} not listed.</p>}
        </fieldset>
      )}
    </>
  );
}

/** The page plays plug-ins of no other program: one of its own plays in their place. */
function Instrument({ studio, song, channel }: { studio: Studio; song: Readable; channel: string }) {
  studio.revisions.of("devices");
  const chosenDevice = chosenOf(song, channel);
  const pick = (name: string): void => {
    if (studio.room.value === null) return;
    choose(studio.room.value, channel, name === "" ? null : (name as BuiltIn));
    studio.tryOut(channel);
  };
  return (
    <label class="field">
      <span class="quiet">Instrument that plays in the browser</span>
      <select value={(chosenDevice === null ? null : builtInOf(chosenDevice)) ?? ""} disabled={!studio.mayEdit} onChange={(event) => pick(event.currentTarget.value)}>
        <option value="">by the track's name or MIDI program</option>
        {Object.entries(BUILT_IN).map(([name, [title]]) => <option key={name} value={name}>{title}</option>)}
      </select>
    </label>
  );
}
