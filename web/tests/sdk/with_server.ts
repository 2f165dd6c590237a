/** Two clients and a server that runs: node --experimental-websocket with_server.mjs URL */

import assert from "node:assert/strict";

import { connect, ConnectionOver, JSON_TEXT, MESSAGE_PACK, newId, PrimeError, Refused, Unanswered, WrongUse, type Client, type Room } from "../../sdk/src/index.js";

const url = process.argv[2]!;
const codec = process.argv[3] === "json" ? JSON_TEXT : MESSAGE_PACK;
const opened: WebSocket[] = [];

class Seen extends WebSocket {
  constructor(...words: ConstructorParameters<typeof WebSocket>) {
    super(...words);
    opened.push(this);
  }
}

/** Resolves once it holds; the test as a whole has a bound. */
async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
}

const addressOf = (username: string): string => `${username}@example.org`;

async function musician(name: string): Promise<Client> {
  const client = connect(url, { device: newId(), WebSocket: Seen, codec });
  const username = `${name}-${newId().toLowerCase().replace(/[^a-z0-9]/g, "")}`;
  await client.register({ username, email: addressOf(username), password: "a kettle of 7 songs", name });
  return client;
}

async function agree(one: Room, other: Room): Promise<void> {
  await eventually(() => one.unsaved.value + other.unsaved.value === 0 && one.position?.seq === other.position?.seq);
  assert.equal(one.digest, other.digest);
}

const ada = await musician("ada");
const adaSocket = opened.at(-1)!;
const ben = await musician("ben");
assert.equal(ada.status.value.name, "connected");

const project = (await ada.call("projects.create", { name: "Night drive", bpm: 92 })).id;
await assert.rejects(ben.join(project), (error: PrimeError) => error.code === "not_found");
const hers = await ada.join(project);

const track = newId();
const edit = hers.edit((tx) => tx.insert("tracks", { name: "Lead" }, track), { step: "begin" });
assert.equal(hers.get("tracks", track)?.name, "Lead", "it shows at once");
assert.deepEqual(hers.get("tracks", track)?.content, ["notes"], "with its defaults");
assert.equal(hers.unsaved.value, 1);
assert.deepEqual(await edit.saved, { seq: 1, dropped: [], droppedTotal: 0 });
assert.equal(hers.unsaved.value, 0);

await ada.call("members.grant", { project, email: addressOf(ben.user.value!.username), role: "editor" });
const his = await ben.join(project);
assert.equal(his.get("tracks", track)?.name, "Lead");
await eventually(() => hers.others.value.length === 1);
assert.equal(hers.others.value[0]?.name, "ben");

const heard: unknown[] = [];
hers.onChange((touched) => heard.push(touched === null ? null : [...touched].map(([collection, ids]) => [collection, ...ids])));
await his.edit((tx) => tx.set("channels", "ch_master", { volume: 0.5 })).saved;
await eventually(() => hers.get("channels", "ch_master")?.volume === 0.5);
assert.deepEqual(heard, [["channels", "ch_master"]].map((change) => [change]));

his.move({ cursor: { time: 12.5 } });
await eventually(() => hers.others.value[0]?.presence.cursor?.time === 12.5);

const ride = hers.gesture();
ride.set("channels", "ch_master", { volume: 0.9 });
await eventually(() => his.shown("channels", "ch_master")?.volume === 0.9);
assert.equal(his.get("channels", "ch_master")?.volume, 0.5, "nothing is stored");
await ride.end().saved;
await agree(hers, his);
await eventually(() => his.get("channels", "ch_master")?.volume === 0.9);

const before = hers.digest;
const refused: string[] = [];
hers.onRefused((_, error) => refused.push((error as Refused).code));
await assert.rejects(
  hers.edit((tx) => tx.set("channels", "ch_master", { volume: 99 })).saved,
  (error: Refused) => error instanceof Refused && error.code === "op_invalid" && error.details.op === 0,
);
assert.equal(hers.get("channels", "ch_master")?.volume, 0.9, "its effect is taken back");
assert.deepEqual(refused, ["op_invalid"], "and told also to who does not wait");
assert.equal(hers.digest, before);

adaSocket.close(3000);
await eventually(() => ada.status.value.name === "away");
const away = Array.from({ length: 5 }, (_, n) => hers.edit((tx) => tx.set("tracks", track, { name: `Lead ${n}` })));
await his.edit((tx) => tx.insert("markers", { time: 4, name: "Drop" })).saved;
assert.equal(hers.unsaved.value, 5);
assert.equal(hers.get("tracks", track)?.name, "Lead 4");
const seqs = await Promise.all(away.map(({ saved }) => saved.then(({ seq }) => seq)));
assert.deepEqual(seqs, [5, 6, 7, 8, 9]);
await agree(hers, his);
assert.equal(his.get("tracks", track)?.name, "Lead 4");

await hers.undo();
await agree(hers, his);
assert.equal(his.get("tracks", track)?.name, "Lead 3");
await hers.redo();
await agree(hers, his);
assert.equal(his.get("tracks", track)?.name, "Lead 4");
await assert.rejects(hers.redo(), (error: Refused) => error.code === "nothing_to_redo");
assert.equal(hers.undoable.value.redo, 0);

const many = Array.from({ length: 300 }, (_, n) => his.edit((tx) => tx.insert("markers", { time: n, name: `m${n}` })));
opened.at(-1)!.close(3000); // ada again, while hundreds come
await Promise.all(many.map(({ saved }) => saved));
await eventually(() => hers.isSynced.value);
await agree(hers, his);
assert.equal(hers.all("markers").size, 301);

const entries = [];
for await (const entry of hers.history.list({ entity: track })) entries.push(entry);
assert.deepEqual(entries.map(({ seq }) => seq), [11, 10, 9, 8, 7, 6, 5, 1], "newest first");
assert.equal(entries.at(-1)?.user.id, ada.user.value?.id);
const pages = hers.history.list();
for (let n = 0; n < 120; n += 1) assert.equal((await pages.next()).done, false, "page after page");
assert.equal((await hers.history.blame(track, "name")).entry?.purpose, "redo");
assert.equal((await hers.history.at({ seq: 1 })).state.get("tracks", track)?.name, "Lead");

const snapshot = await hers.snapshots.create({ name: "Before the drop" });
const renamed = await hers.snapshots.update(snapshot, { name: "The drop" });
await assert.rejects(hers.snapshots.update(snapshot, { name: "Stale" }), (error: PrimeError) => error.code === "conflict");
await hers.edit((tx) => tx.set("tracks", track, { name: "Gone wrong" })).saved;
const differences = await hers.snapshots.diff(snapshot.id, null);
assert.ok(JSON.stringify(differences).includes("Gone wrong"));
await hers.snapshots.restore(snapshot.id);
await agree(hers, his);
assert.equal(his.get("tracks", track)?.name, "Lead 4");
assert.equal((await hers.snapshots.state(snapshot.id)).state.get("tracks", track)?.name, "Lead 4");
const names = [];
for await (const each of hers.snapshots.list({ kind: "manual" })) names.push(each.name);
assert.deepEqual(names, [renamed.name]);
assert.notEqual((await hers.snapshots.fork(snapshot.id, { name: "Another way" })).id, project);
await hers.snapshots.delete(snapshot.id);

const unwatched = await ada.call("projects.create", { name: "not yet" });
const feed = ada.feed("projects", { where: { name: { like: "watched%" } } });
assert.equal((await feed.first()).size, 0);
const told: (string | undefined)[][] = [];
feed.on((events) => void told.push(...events.map(({ was, now }) => [was?.name, now?.name])));
const watched = await ada.call("projects.create", { name: "watched one" });
await eventually(() => feed.rows.value?.get(watched.id)?.name === "watched one");
await ada.call("projects.update", { project: watched.id, version: watched.version, name: "watched two" });
await eventually(() => feed.rows.value?.get(watched.id)?.name === "watched two");
opened.findLast((socket) => socket.url !== "" && socket.readyState === WebSocket.OPEN)!.close(3000);
// No new project: its owner's role would have the feed begin anew, where it is not resumed by then (rule V7).
const second = await ada.call("projects.update", { project: unwatched.id, version: unwatched.version, name: "watched three" });
await eventually(() => feed.rows.value?.size === 2);
await ada.call("projects.update", { project: second.id, version: second.version, name: "no more" });
await eventually(() => feed.rows.value?.size === 1);
assert.deepEqual(told, [[undefined, "watched one"], ["watched one", "watched two"], [undefined, "watched three"], ["watched three", undefined]]);
feed.stop();
await ada.call("projects.create", { name: "watched four" });
assert.equal(feed.rows.value?.size, 1);

const members = ada.feed("members", { project });
assert.deepEqual([...(await members.first()).values()].map(({ role }) => role).sort(), ["editor", "owner"]);
assert.ok((await members.first()).has(`${project}/${ben.user.value!.id}`));
members.stop();
const foreign = ben.feed("snapshots", { project: newId() });
await assert.rejects(foreign.first(), PrimeError);

const reads = Array.from({ length: 40 }, () => ada.call("projects.get", { project }));
const writes = Array.from({ length: 40 }, (_, n) => ada.call("projects.create", { name: `asked again ${n}` }));
opened.findLast((socket) => socket.readyState === WebSocket.OPEN)!.close(3000); // under way: asked again over the next connection
await Promise.all(reads);
const made = await Promise.all(writes);
assert.equal(new Set(made.map(({ id }) => id)).size, 40);
assert.equal((await ada.call("projects.count", { where: { name: { like: "asked again%" } } })).count, 40, "each is made once");

assert.equal(await ben.join(project), his, "joined twice it is one room");
await ben.leave(his);
await his.edit((tx) => tx.insert("markers", { time: 1, name: "still in" })).saved;
const last = his.edit((tx) => tx.insert("markers", { time: 2, name: "the last" }));
await ben.leave(his);
await last.saved;
assert.throws(() => his.edit((tx) => tx.insert("markers", { time: 3, name: "too late" })), WrongUse);
await eventually(() => hers.others.value.length === 0);

const again = await ben.join(project);
assert.notEqual(again, his);
await ada.call("members.grant", { project, email: addressOf(ben.user.value!.username), role: "viewer" });
await eventually(() => again.role.value === "viewer");
const left: string[] = [];
again.onLeft(({ code }) => left.push(code));
await ada.call("members.revoke", { project, user: ben.user.value!.id });
await eventually(() => left.length === 1);
await assert.rejects(ben.join(project), (error: PrimeError) => error.code === "not_found");

let kept: string | null = null;
const tokens = {
  read: async () => { await new Promise((done) => setTimeout(done, 30)); return kept; },
  write: (token: string | null) => { kept = token; },
};
const cleo = connect(url, { device: newId(), WebSocket: Seen, codec, tokens });
const username = `cleo-${newId().toLowerCase().replace(/[^a-z0-9]/g, "")}`;
await cleo.register({ username, email: addressOf(username), password: "a kettle of 7 songs" });
await cleo.close();
const back = connect(url, { device: newId(), WebSocket: Seen, codec, tokens });
assert.equal((await back.call("account.get", {})).username, username, "a slow store of tokens logs in");
await back.close();
const broken = { read: () => { throw new Error("no disk"); }, write: () => { throw new Error("no disk"); } };
const dev = connect(url, { device: newId(), WebSocket: Seen, codec, tokens: broken });
assert.equal((await dev.login(addressOf(username), "a kettle of 7 songs")).username, username);
const other = await musician("eve");
const hersToo = await other.join((await other.call("projects.create", { name: "Eve's" })).id);
const ends: string[] = [];
hersToo.onLeft(({ code }) => ends.push(code));
assert.equal((await other.login(addressOf(username), "a kettle of 7 songs")).username, username);
assert.deepEqual(ends, ["logged_out"], "a room hears that somebody else has logged in");
assert.throws(() => hersToo.edit((tx) => tx.insert("markers", { time: 3, name: "not mine" })), WrongUse);
assert.equal((await other.call("account.get", {})).username, username, "H11: by a connection of their own");
const cleos = await other.join((await other.call("projects.create", { name: "Cleo's" })).id);
cleos.onLeft(({ code }) => ends.push(code));
await other.logout();
assert.deepEqual(ends.splice(0), ["logged_out", "logged_out"], "and that we logged out, once");
await other.login(addressOf(username), "a kettle of 7 songs");
const cleosAgain = await other.join(cleos.project);
assert.notEqual(cleosAgain, cleos);
cleosAgain.onLeft(({ code }) => ends.push(code));
await other.close();
assert.deepEqual(ends, [], "who closes the client knows it");
await dev.close();
assert.throws(() => connect(url, { device: "", WebSocket: Seen }), WrongUse);

const [asked] = await Promise.allSettled([ben.call("projects.get", { project }), ben.close()]);
assert.ok(asked.status === "fulfilled" || asked.reason instanceof Unanswered);
assert.equal(ben.status.value.name, "over");
await assert.rejects(ben.call("projects.get", { project }), ConnectionOver);
await eventually(() => hers.others.value.length === 0);
await ada.close();
console.log("all of it held");
