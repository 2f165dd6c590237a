/** Hooks for React: `PrimeProvider` at the top, `useRoom` where a project is open, `RoomProvider` around what reads it. */

export type { RoomState } from "./needed_rooms.js";
export { PrimeProvider, RoomProvider, useClient, useJoinedRoom, useRoom } from "./providing.js";
export { useLive } from "./selecting.js";
export { useStatus } from "./use_client_state.js";
export { useUndo, useUnsaved, type Undo } from "./use_edits.js";
export { useEntities, useEntity, useShown, type Filter, type Identified, type Shown } from "./use_entities.js";
export { useFader, type Fader, type Numeric } from "./use_fader.js";
export { useMe, useOthers, type Me, type Person } from "./use_people.js";
