// What a client does, against a server that runs: node flows.mjs URL CODEC

import assert from "node:assert/strict";

import { problem, problemOfCall } from "../types/validator.mjs";
import { Client, id, Refused } from "./client.mjs";

const [, , url, codec] = process.argv;
const other = codec === "json" ? "msgpack" : "json";

const volume = (value) => ({ op: "set", col: "channels", id: "ch_master", props: { volume: value } });

/** All that is said and heard in JSON is of the types of the schema, but for what is wrong on purpose. */
function watch(client) {
  // Compiled before it connects: that takes seconds, and who says no hello for five is closed (H3).
  for (const type of ["ClientMessage", "ServerMessage"]) problem(type, {});
  const judge = (found, of) => assert.equal(found, null, JSON.stringify(of));
  client.onSaid = (message) => {
    if (!wrongOnPurpose) judge(problem("ClientMessage", message), message);
  };
  client.onHeard = (message) => judge(problem("ServerMessage", message), message);
  client.onReplied = (method, params, result) => {
    judge(problemOfCall(method, "params", params), [method, params]);
    judge(problemOfCall(method, "result", result), [method, result]);
  };
}
let wrongOnPurpose = false;

async function twoInARoom() {
  const [ann, ben] = [new Client(url, codec, "desk"), new Client(url, other, "laptop")];
  watch(codec === "json" ? ann : ben);
  await ann.connect();
  await ben.connect();
  await ann.register("ann");
  await ben.register("ben");
  const { id: project } = await ann.call("projects.create", { name: "Song", bpm: 93 });
  await ann.call("members.grant", { project, email: "ben@example.org", role: "editor" });
  await ann.join(project);
  await ben.join(project);
  return [ann, ben, project];
}

/** What a step comes to; one that has no end is an error that names it. */
async function inTime(name, step) {
  let late;
  const patience = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`no end of: ${name}`)), 100_000);
  });
  const result = await Promise.race([step(), patience]);
  clearTimeout(late);
  return result;
}

const [ann, ben, project] = await inTime("two come into a room", twoInARoom);
const [anns, bens] = [ann.rooms.get(project), ben.rooms.get(project)];

/** Both hold the same, by their own count, and have nothing pending. */
async function same() {
  const head = Math.max(anns.replica.position.seq, bens.replica.position.seq);
  for (const room of [anns, bens]) {
    await room.until(() => room.replica.position.seq >= head && room.replica.pending.size === 0);
  }
  assert.equal(anns.replica.confirmed, bens.replica.confirmed);
  assert.equal(anns.replica.view, anns.replica.confirmed);
}

const FLOWS = {
  async "join: the state is there, with the digest that the server says"() {
    assert.equal(anns.get("tempo", "tempo_start").bpm, 93);
    const at = await ann.call("history.at", { project, seq: anns.replica.position.seq });
    assert.equal(at.digest, anns.replica.confirmed);
  },

  async "edit: it shows at once, is acknowledged, and others have it"() {
    const track = id();
    const entity = { name: "Bass", order: "a0", content: ["notes"] };
    const saved = anns.edit([{ op: "insert", col: "tracks", id: track, entity }, volume(0.5)]);
    assert.equal(anns.get("tracks", track).name, "Bass");
    const ack = await saved;
    assert.equal(ack.seq, anns.replica.position.seq);
    await bens.until(() => bens.get("tracks", track)?.loaded === true);
    await same();
  },

  async "an edit that is wrong is refused, and taken back"() {
    wrongOnPurpose = true;
    const wrong = anns.edit([volume(0.25), volume(99)]);
    await assert.rejects(wrong, (error) => error.code === "op_invalid" && error.details.op === 1);
    wrongOnPurpose = false;
    assert.equal(anns.get("channels", "ch_master").volume, 0.5);
    await same();
  },

  async "what others have overtaken is dropped, and named"() {
    const track = id();
    await anns.edit([{ op: "insert", col: "tracks", id: track, entity: {} }]);
    await same();
    const gone = bens.edit([{ op: "delete", col: "tracks", id: track }]);
    const late = anns.edit([{ op: "set", col: "tracks", id: track, props: { name: "x" } }, volume(0.6)]);
    const [, ack] = await Promise.all([gone, late]);
    // Which of the two the server heard first is not ours to say.
    for (const drop of ack.dropped) assert.deepEqual([drop.op, drop.reason], [0, "gone"]);
    await same();
    assert.equal(anns.get("tracks", track), undefined);
  },

  async "undo and redo: one's own step, whatever others did since"() {
    await anns.edit([volume(0.1)], { step: "ride" });
    await anns.edit([volume(0.2)], { step: "ride" });
    await bens.edit([{ op: "set", col: "project", id: "project", props: { name: "Other" } }]);
    const { ops } = await anns.undo();
    assert.equal(ops.at(-1).props.volume, 0.6);
    assert.equal(anns.get("channels", "ch_master").volume, 0.6);
    await anns.redo();
    await same();
    assert.equal(bens.get("channels", "ch_master").volume, 0.2);
    await assert.rejects(anns.redo(), { code: "nothing_to_redo" });
  },

  async "a gesture: others see it, then the edit, then no gesture"() {
    const shown = () => bens.replica.shown("channels", "ch_master").volume;
    const gesture = id();
    const values = { ch_master: { col: "channels", props: { volume: 0.9 } } };
    ann.say({ t: "gesture", project, id: gesture, values });
    await bens.until(() => shown() === 0.9);
    assert.equal(bens.get("channels", "ch_master").volume, 0.2);
    await anns.edit([volume(0.8)], { gesture });
    await bens.until(() => shown() === 0.8 && Object.keys(bens.replica.gestures[anns.replica.you] ?? {}).length === 0);
    await same();
  },

  async "presence: latest value, in a tick"() {
    ann.say({ t: "presence", project, cursor: { time: 4, track: null }, tool: "pencil" });
    const you = anns.replica.you;
    const tick = await ben.until((one) => one.t === "tick" && one.moved[you]?.tool === "pencil");
    assert.equal(tick.moved[you].cursor.time, 4);
  },

  async "reconnect: what was missed comes, what was made while away is sent again"() {
    await same();
    await ann.cut();
    const [mine, theirs] = [id(), id()];
    const marker = (marker, time) => ({ op: "insert", col: "markers", id: marker, entity: { time } });
    const away = anns.edit([marker(mine, 1)]);
    await bens.edit([marker(theirs, 2), volume(0.4)]);
    await ann.connect();
    const joined = await anns.join();
    assert.equal(joined.resumed, true);
    assert.equal(anns.get("markers", theirs).time, 2);
    const { dropped } = await away;
    assert.deepEqual([...dropped], []);
    await same();
    assert.equal(bens.get("markers", mine).time, 1);
  },

  async "reconnect after an answer was lost: the delta is there once"() {
    const position = anns.replica.position.seq;
    const lost = anns.edit([volume(0.3)]); // sent; the line breaks before its answer is heard
    ann.socket.removeAllListeners("message");
    await bens.until(() => bens.get("channels", "ch_master").volume === 0.3);
    await ann.cut();
    await ann.connect();
    await anns.join();
    assert.equal(anns.replica.pending.size, 0);
    assert.equal(anns.replica.position.seq, position + 1);
    await same();
    void lost; // its answer was the delta that came at the join
  },

  async "fresh state, when the server does not hold the position any more"() {
    anns.replica.position.epoch = "of-another-time";
    await ann.cut();
    await ann.connect();
    const joined = await anns.join();
    assert.equal(joined.resumed, false);
    await same();
  },

  async "a snapshot is restored: own deltas come as delta, too"() {
    const snapshot = await ann.call("snapshots.create", { project, name: "before" });
    const { digest } = snapshot;
    await bens.edit([volume(1.5)]);
    await ann.call("snapshots.restore", { project, snapshot: snapshot.id, id: id() });
    await same();
    assert.equal(anns.replica.confirmed, digest);
  },

  async "calls: what they answer is of their types"() {
    const entity = "ch_master";
    await ann.call("projects.list", { limit: 5 });
    const row = await ann.call("projects.get", { project });
    await ann.call("projects.update", { project, version: row.version, tags: ["live"] });
    await ann.call("members.list", { project });
    await ann.call("history.list", { project, entity });
    await ann.call("history.blame", { project, entity, property: "volume" });
    const { snapshots } = await ann.call("snapshots.list", { project });
    const snapshot = snapshots[0].id;
    const named = { project, snapshot, version: snapshots[0].version, name: "named" };
    await ann.call("snapshots.update", named);
    await ann.call("snapshots.get", { project, snapshot });
    if (codec === "json") await ann.call("snapshots.state", { project, snapshot });
    await ann.call("snapshots.diff", { project, before: snapshot });
    await ann.call("snapshots.fork", { project, snapshot, name: "Fork" });
    await ann.call("snapshots.delete", { project, snapshot });
    await ann.call("timeline.between", { project, start: 0, end: 16, notes: true });
    const { times } = await ann.call("timeline.seconds", { project, beats: [0, 4] });
    const { times: beats } = await ann.call("timeline.beats", { project, seconds: times });
    assert.ok(Math.abs(beats[1] - 4) < 1e-9);
  },

  async "errors tell programs what to do"() {
    wrongOnPurpose = true;
    await assert.rejects(ann.call("projects.steal", {}), (error) => error instanceof Refused && error.code === "unknown_message");
    await assert.rejects(ann.call("projects.get", { project: id() }), { code: "not_found" });
    await assert.rejects(ann.call("projects.get", {}), { code: "validation" });
  },

  async "half an emoji is refused by its id, and shuts nobody out"() {
    if (codec !== "json") return; // in MessagePack a text is UTF-8, which has no halves
    for (let n = 0; n < 6; n++) {
      const wrong = anns.edit([{ op: "set", col: "project", id: "project", props: { name: "x\ud83c" } }]);
      await assert.rejects(wrong, (error) => ["bad_message", "op_invalid"].includes(error.code));
    }
    await same();
  },

  async "trying what a newer server may know shuts nobody out"() {
    for (let n = 0; n < 6; n++) {
      await assert.rejects(ann.call(`later.call${n}`, {}), { code: "unknown_message" });
    }
    await anns.edit([volume(0.7)]);
    await same();
  },
};

for (const [name, flow] of Object.entries(FLOWS)) {
  await inTime(name, flow);
  console.log(name);
}
await inTime("both close", () => Promise.all([ann.close(), ben.close()]));
