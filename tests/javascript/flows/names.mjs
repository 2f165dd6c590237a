// Names that every JavaScript object has are keys at no door (rule E13): node names.mjs URL CODEC

import assert from "node:assert/strict";

import { Client, id } from "./client.mjs";

const [, , url, codec] = process.argv;

const NAMES = [...Object.getOwnPropertyNames(Object.prototype), "prototype"];

/** A map with one key, whatever its name. */
const keyed = (name, value, more = {}) =>
  Object.assign(Object.create(null), more, Object.fromEntries([[name, value]]));

const isId = (name) => name.length >= 8;

/** Door -> the messages that bring the name through it. */
const DOORS = {
  *"an entity's id"(name) {
    if (!isId(name)) return;
    yield delta({ op: "insert", col: "markers", id: name, entity: { time: 1 } });
    yield delta({ op: "insert", col: "devices", id: name, entity: { channel: "ch_master" } });
  },
  *"a property"(name) {
    yield delta({ op: "insert", col: "markers", id: id(), entity: keyed(name, 1, { time: 1 }) });
    yield delta({ op: "set", col: "devices", id: DEVICE, props: keyed(name, 1) });
    yield delta({ op: "set", col: "devices", id: DEVICE, props: { name: "x" }, expect: keyed(name, 1) });
  },
  *"a leaf of params"(name) {
    const params = keyed(name, 1, { cutoff: 0.5 });
    yield delta({ op: "insert", col: "devices", id: id(), entity: { channel: "ch_master", params } });
    yield delta({ op: "set", col: "devices", id: DEVICE, props: { params } });
    yield delta({ op: "set", col: "devices", id: DEVICE, props: { params: keyed(name, null) } });
    yield delta({ op: "set", col: "devices", id: DEVICE, props: { name: "x" }, expect: { params } });
    yield delta({ op: "delete", col: "devices", id: DEVICE, expect: { params } });
    yield delta({ op: "move", col: "devices", id: DEVICE, order: "a1", expect: { params } });
  },
  *"the end of a path"(name) {
    const entity = { track: null, target: `devices/${DEVICE}/params/${name}` };
    yield delta({ op: "insert", col: "lanes", id: id(), entity });
  },
  *"a collection"(name) {
    yield delta({ op: "set", col: name, id: DEVICE, props: { name: "x" } });
    yield { t: "gesture", project, id: id(), values: { ch_master: { col: name, props: { pan: 0 } } } };
  },
  *"a delta's id"(name) {
    if (isId(name)) yield { ...delta({ op: "set", col: "devices", id: DEVICE, props: { name: "x" } }), id: name };
    if (isId(name)) yield { t: "undo", project, id: name };
  },
  *"a gesture"(name) {
    const shown = { col: "channels", props: { volume: 0.5 } };
    yield { t: "gesture", project, id: name, values: { ch_master: shown } };
    if (isId(name)) yield { t: "gesture", project, id: id(), values: keyed(name, shown) };
    const props = [keyed(name, 1), { params: keyed(name, 1) }];
    for (const each of props) {
      yield { t: "gesture", project, id: id(), values: keyed(DEVICE, { col: "devices", props: each }) };
    }
  },
  *"a message, a call or a field"(name) {
    yield { t: name, id: id(), project };
    yield { t: "call", id: id(), method: name, params: {} };
    yield { t: "call", id: id(), method: "projects.get", params: keyed(name, 1, { project }) };
    yield keyed(name, 1, delta({ op: "set", col: "devices", id: DEVICE, props: { name: "x" } }));
  },
  *"a username"(name) {
    const params = { email: `${id()}@example.org`, username: name, password: "correct horse" };
    yield { t: "call", id: id(), method: "auth.register", params };
  },
};

const DEVICE = id();
const delta = (...ops) => ({ t: "delta", project, id: id(), ops });

const client = new Client(url, codec, "desk");
await client.connect();
await client.register("ann");
const { id: project } = await client.call("projects.create", { name: "constructor" });
await client.join(project);
const room = client.rooms.get(project);
const entity = { channel: "ch_master", params: { cutoff: 0.5 } };
await room.edit([{ op: "insert", col: "devices", id: DEVICE, entity }]);
const before = room.replica.confirmed;

const CODES = ["op_invalid", "bad_message", "validation", "unknown_message"];
let tried = 0;
for (const [door, messages] of Object.entries(DOORS)) {
  for (const name of NAMES) {
    for (const message of messages(name)) {
      client.say(message);
      const heard = await client.until((one) => one.id === message.id);
      const told = `${door}, ${name}: ${JSON.stringify(heard)}`;
      assert.equal(heard.t, "error", told);
      assert.ok(CODES.includes(heard.code), told);
      tried++;
    }
  }
  console.log(door);
}
assert.equal(room.replica.confirmed, before);
const { digest } = await client.call("history.at", { project, seq: room.replica.position.seq });
assert.equal(digest, before);
assert.equal({}.polluted, undefined);
console.log(`${tried} tries`);
await client.close();
