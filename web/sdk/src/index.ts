/** The SDK: `connect` a client, `join` a project, `edit`. */

export { connect, type Client, type LoginMethod } from "./connecting/client.js";
export type { Options, Status, TokenStore } from "./connecting/options.js";
export { JSON_TEXT, MESSAGE_PACK, type Codec } from "./connecting/codecs.js";
export { stillOf, trackTree, type Placed, type Readable, type Still } from "./copy/readable_state.js";
export { indexedDbOutbox, type Kept, type Outbox } from "./delivery/outbox.js";
export { Diverged, Left, PrimeError, Refused, Unanswered, WrongUse, type LeftCode } from "./failures.js";
export type { EntryFilter, History } from "./history/history.js";
export type { Past, PastMoment } from "./history/past.js";
export type { MomentState } from "./history/past_states.js";
export type { Snapshots } from "./history/snapshots.js";
export { newId } from "./ids.js";
export { localTokens } from "./keeping/local_tokens.js";
export { tabDevice } from "./keeping/tab_device.js";
export type { Live, Stop } from "./live.js";
export { between, inOrder, isOrderKey } from "./order_keys.js";
export type { Edit, EditOptions, Saved } from "./room/edits.js";
export type { Gesture } from "./room/gesture.js";
export { differences, type Differences } from "./copy/differences.js";
export type { Room } from "./room/room.js";
export type { Inserts, Moves, Transaction } from "./room/transaction.js";
export type { Entities } from "./entities.js";
export type { Change, ChangesListener, EntityListener, Why } from "./room/entity_listeners.js";
export { tempoMap, type TempoMap } from "./tempo_map.js";
export { isEqual } from "./maps.js";
export type { Feed, FeedFilter, FeedRow, RowEvent, WatchedTable } from "./watching/feed.js";
export { COLLECTIONS, type Retry } from "./schema/tables.js";
export type * from "./schema/types.js";
