/** The client and the room that the hooks below them are about. */

import type { Client, Room } from "../../sdk/src/index.js";
import { NeededRooms, JOINING, type RoomState } from "./needed_rooms.js";
import { createContext, createElement, useContext, useMemo, useSyncExternalStore, type Children, type Context, type Element } from "./library.js";

interface Provided {
  readonly client: Client | null;
  readonly rooms: NeededRooms | null;
}

const ClientContext: Context<Provided | null> = /* @__PURE__ */ createContext<Provided | null>(null);
const RoomContext: Context<Room | null> = /* @__PURE__ */ createContext<Room | null>(null);
const roomsByClient = /* @__PURE__ */ new WeakMap<Client, NeededRooms>();

/** `client`: made once, outside of components; null on a server, where nothing connects. Who made it closes it. */
export function PrimeProvider({ client, children }: { client: Client | null; children?: Children }): Element {
  const value = useMemo(() => ({ client, rooms: client === null ? null : roomsOf(client) }), [client]);
  return createElement(ClientContext.Provider, { value }, children);
}

/** The room that `useEntities`, `useOthers`, ... below it read: the one of `useRoom`. */
export function RoomProvider({ room, children }: { room: Room; children?: Children }): Element {
  return createElement(RoomContext.Provider, { value: room }, children);
}

/** The client of the provider; null: on a server. */
export function useClient(): Client | null {
  return provided().client;
}

/** The room of the `RoomProvider` above: to edit, to move, to listen. */
export function useJoinedRoom(): Room {
  const room = useContext(RoomContext);
  if (room === null) throw new Error("there is no RoomProvider above: wrap what reads a room in <RoomProvider room={room}>");
  return room;
}

/** The same, or null where there is no `RoomProvider` above. */
export function useRoomAbove(): Room | null {
  return useContext(RoomContext);
}

/** Join a project for as long as the component is mounted; null: none yet.
 *
 * It waits for a login and for a connection. Any number of components may ask for one project: it is joined once, and left
 * a second after the last of them went, so that neither StrictMode nor a page that is drawn anew leaves it. Whatever goes
 * wrong is a value: `error`.
 */
export function useRoom(project: string | null): RoomState {
  const { rooms } = provided();
  const [subscribe, read] = useMemo(() => {
    if (rooms === null || project === null) return [() => () => {}, () => JOINING];
    return [(wake: () => void) => rooms.need(project, wake), () => rooms.state(project)];
  }, [rooms, project]);
  return useSyncExternalStore(subscribe, read, () => JOINING);
}

function provided(): Provided {
  const value = useContext(ClientContext);
  if (value === null) throw new Error("there is no PrimeProvider above: wrap the page in <PrimeProvider client={client}>");
  return value;
}

function roomsOf(client: Client): NeededRooms {
  let rooms = roomsByClient.get(client);
  if (rooms === undefined) roomsByClient.set(client, (rooms = new NeededRooms(client)));
  return rooms;
}
