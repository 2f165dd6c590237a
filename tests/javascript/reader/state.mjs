// How ops act on a state: what took effect, as `ack` and `delta` spell it, and the guess of what will.

import { merged } from "./maps.mjs";
import { schema } from "./schema.mjs";

/** The properties of a collection's entities, as the JSON Schema tells them. */
const propertiesOf = (collection) => schema.$defs[nameOf(collection, "Entity")].properties;
const nameOf = (collection, end) => collection[0].toUpperCase() + collection.slice(1) + end;

/** Which property `move` means by `parent`. */
const parentOf = (collection) => schema.$defs[`Move${nameOf(collection, "")}`].properties.parent["x-sets"];

/** Apply an op that took effect. Returns what stood there before. */
export function apply(state, op) {
  const entities = state[op.col];
  const before = entities[op.id];
  if (op.op === "insert") entities[op.id] = inserted(op);
  else if (before === undefined) throw new Error(`${op.op} of ${op.col}/${op.id}, which is not there`);
  else if (op.op === "delete") delete entities[op.id];
  else entities[op.id] = changed(before, op.op === "move" ? moved(op) : op.props);
  return before;
}

/** Whether a pending op shows in the view; the server has the last word. */
export function shows(state, op) {
  const entities = state[op.col];
  if (entities === undefined) return false;
  const entity = entities[op.id];
  if (op.op === "insert") return entity === undefined && ownersAreThere(state, op);
  if (entity === undefined) return false;
  return Object.entries(op.expect ?? {}).every(([name, value]) => equal(entity[name], value));
}

function inserted(op) {
  const defaults = Object.create(null);
  for (const [name, property] of Object.entries(propertiesOf(op.col))) {
    if ("default" in property) defaults[name] = property.default;
  }
  return merged(defaults, op.entity);
}

function changed(before, props) {
  const after = merged(before, props);
  if ("params" in props) {
    after.params = merged(before.params, props.params);
    for (const [name, leaf] of Object.entries(after.params)) {
      if (leaf === null) delete after.params[name];
    }
  }
  return after;
}

function moved(op) {
  const props = Object.create(null);
  if ("parent" in op) props[parentOf(op.col)] = op.parent;
  for (const name of ["order", "time"]) if (name in op) props[name] = op[name];
  return props;
}

function ownersAreThere(state, op) {
  return Object.entries(propertiesOf(op.col)).every(([name, property]) => {
    const owner = op.entity[name];
    if (property["x-on-delete"] !== "cascade" || owner === undefined || owner === null) return true;
    return state[property["x-points-to"]]?.[owner] !== undefined;
  });
}

function equal(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => equal(one[key], other[key]));
}
