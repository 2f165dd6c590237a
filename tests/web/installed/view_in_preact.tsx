/** @jsxImportSource preact */

import type { Client } from "@prime/client";
import { PrimeProvider, RoomProvider, useEntities, useEntity, useFader, useOthers, useRoom } from "@prime/client/preact";

function Strip({ id }: { id: string }) {
  const { value, by, to, end } = useFader("channels", id, "volume");
  // @ts-expect-error: a name is no number
  useFader("channels", id, "name");
  return <input type="range" value={value ?? 0} title={by ?? ""} onChange={(event) => to(Number(event.currentTarget.value))} onPointerUp={end} />;
}

function Song() {
  const tracks = useEntities("tracks", { parent: null });
  const loud = useEntities("channels", ({ volume, id }) => volume > 0.5 && id !== "ch_master");
  // @ts-expect-error: tracks have no volume
  useEntities("tracks", { volume: 1 });
  const cursors: readonly (number | undefined)[] = useOthers(({ presence }) => presence.cursor?.time);
  const names: readonly string[] = useOthers().map(({ name }) => name);
  const tempo: string | undefined = useEntity("project", "project")?.name;
  return <p title={tempo}>{tracks.map(({ id, name }) => <b key={id}>{name}</b>)}{loud.map(({ id }) => <Strip key={id} id={id} />)}{cursors}{names}</p>;
}

function Project({ id }: { id: string }) {
  const { room, error } = useRoom(id);
  if (room === null) return <p>{error?.message}</p>;
  return <RoomProvider room={room}><Song /><Song /></RoomProvider>;
}

export const view = (client: Client) => <PrimeProvider client={client}><Project id="p1" /></PrimeProvider>;
