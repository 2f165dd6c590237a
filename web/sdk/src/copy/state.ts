/** A project's state, and how ops act on it: what took effect, as `ack` and `delta` spell it, and the guess of what will. */

import { isEqual, isMap, merged, type PlainMap } from "../maps.js";
import { COLLECTIONS, type CollectionTable } from "../schema/tables.js";
import type { Collection, Op } from "../schema/types.js";

/** Properties by name; frozen: an entity is replaced and never changed. */
export type Entity = Readonly<PlainMap>;

/** Collection -> id -> entity. */
export type State = Map<string, Map<string, Entity>>;

/** An op of the wire in its widest form; its own type says what of it there is. */
interface AnyOp {
  readonly op: Op["op"];
  readonly col: string;
  readonly id: string;
  readonly entity?: PlainMap;
  readonly props?: PlainMap;
  readonly expect?: PlainMap;
  readonly parent?: string | null;
  readonly order?: string;
  readonly time?: number;
}

/** What took effect cannot be: this copy is not the server's. */
export class Impossible extends Error {}

/** A state of the wire. Whatever holds no map is left out. */
export function stateOf(wire: PlainMap): State {
  const state: State = new Map();
  for (const [collection, entities] of Object.entries(wire)) {
    if (!isMap(entities)) continue;
    const all = new Map<string, Entity>();
    for (const [id, entity] of Object.entries(entities)) if (isMap(entity)) all.set(id, frozen(entity));
    state.set(collection, all);
  }
  return state;
}

/** Apply an op that took effect. Returns what stood there before. Throws `Impossible`. */
export function apply(state: State, wire: Op): Entity | undefined {
  const op = wire as AnyOp;
  const entities = state.get(op.col);
  const before = entities?.get(op.id);
  if (op.op === "insert") put(state, op.col, op.id, inserted(op));
  else if (entities === undefined || before === undefined) {
    throw new Impossible(`${op.op} of ${op.col}/${op.id}, which is not there`);
  } else if (op.op === "delete") entities.delete(op.id);
  else entities.set(op.id, changed(before, op.op === "move" ? moved(op) : (op.props ?? {})));
  return before;
}

/** Whether a pending op shows in the view; the server has the last word. */
export function shows(state: State, wire: Op): boolean {
  const op = wire as AnyOp;
  const entity = state.get(op.col)?.get(op.id);
  if (op.op === "insert") return state.has(op.col) && entity === undefined && ownersAreThere(state, op);
  if (entity === undefined) return false;
  return Object.entries(op.expect ?? {}).every(([name, value]) => isEqual(entity[name], value));
}

/** Put an entity where it was, or take it away. */
export function put(state: State, collection: string, id: string, entity: Entity | undefined): void {
  if (entity === undefined) {
    state.get(collection)?.delete(id);
    return;
  }
  let entities = state.get(collection);
  if (entities === undefined) state.set(collection, (entities = new Map()));
  entities.set(id, entity);
}

/** Properties laid over an entity; `params` by leaf, where null removes one. */
export function changed(before: Entity, props: PlainMap): Entity {
  const after = merged(before, props);
  if (isMap(props["params"])) {
    const params = merged(isMap(before["params"]) ? before["params"] : {}, props["params"]);
    for (const [name, leaf] of Object.entries(params)) if (leaf === null) delete params[name];
    after["params"] = params;
  }
  return frozen(after);
}

/** With the lists and maps in it. */
function frozen(entity: PlainMap): Entity {
  for (const value of Object.values(entity)) if (typeof value === "object" && value !== null) Object.freeze(value);
  return Object.freeze(entity);
}

function inserted(op: AnyOp): Entity {
  return frozen(merged(tableOf(op.col)?.defaults ?? {}, op.entity ?? {}));
}

function moved(op: AnyOp): PlainMap {
  const props: PlainMap = {};
  const parent = tableOf(op.col)?.parent;
  if (op.parent !== undefined && parent) props[parent] = op.parent;
  if (op.order !== undefined) props["order"] = op.order;
  if (op.time !== undefined) props["time"] = op.time;
  return props;
}

/** Of what would be deleted with something, that must be there. */
function ownersAreThere(state: State, op: AnyOp): boolean {
  return Object.entries(tableOf(op.col)?.pointers ?? {}).every(([name, [collection, onDelete]]) => {
    const owner = op.entity?.[name];
    if (onDelete !== "cascade" || owner === undefined || owner === null) return true;
    return state.get(collection)?.has(String(owner)) ?? false;
  });
}

function tableOf(collection: string): CollectionTable | undefined {
  return Object.hasOwn(COLLECTIONS, collection) ? COLLECTIONS[collection as Collection] : undefined;
}
