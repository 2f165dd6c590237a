// A client on `ws` alone: both encodings, calls, and one room with its copy of the project.

import { randomUUID } from "node:crypto";

import { load } from "../packages.mjs";
import { safe } from "../reader/maps.mjs";
import { decode, encode } from "../reader/msgpack.mjs";
import { Replica } from "../reader/replica.mjs";

const { default: WebSocket } = await load("ws");

const CODECS = {
  json: {
    subprotocol: "prime.v1.json",
    encode: JSON.stringify,
    decode: (data) => safe(JSON.parse(data.toString())),
    state: (bytes) => safe(JSON.parse(bytes.toString("utf8"))),
  },
  msgpack: { subprotocol: "prime.v1.msgpack", encode, decode, state: decode },
};

export const id = () => randomUUID();

export class Refused extends Error {
  constructor({ code, message, details, id }) {
    super(`${code}: ${message}`);
    Object.assign(this, { code, details, id });
  }
}

export class Client {
  /** `device`: of one window; `token`: of an earlier login. */
  constructor(url, codec, device) {
    Object.assign(this, { url, codec: CODECS[codec], device, token: null });
    this.rooms = new Map(); // project -> Room
    this.onSaid = this.onHeard = this.onReplied = () => {}; // who looks on
    this.waiting = []; // {wants, resolve, reject}
    this.leaves = false; // we end the connection ourselves
    this.heard = []; // messages that nobody has waited for yet
  }

  async connect() {
    this.socket = new WebSocket(this.url, this.codec.subprotocol);
    this.leaves = false;
    await new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.closed.then((code) => this.leaves || this.giveUp(new Error(`the server closed with ${code}`)));
    this.socket.on("message", (data) => this.hear(this.codec.decode(data)));
    this.say({ t: "hello", versions: [1], device: this.device, token: this.token });
    return this.until((message) => message.t === "welcome");
  }

  /** The line breaks: no close frame, nothing more is heard. */
  async cut() {
    this.leaves = true;
    this.socket.terminate();
    await this.closed;
    this.heard = [];
  }

  close() {
    this.leaves = true;
    this.socket.close();
    return this.closed;
  }

  /** Nobody waits for what will not come. */
  giveUp(error) {
    const rooms = [...this.rooms.values()];
    for (const { reject } of [...this.waiting, ...rooms.flatMap((room) => room.looking)]) reject(error);
  }

  say(message) {
    this.onSaid(message);
    this.socket.send(this.codec.encode(message));
  }

  hear(message) {
    this.onHeard(message);
    // An error names the message by its id; what could not be read whole has no `project`.
    const rooms = message.t === "error" ? this.rooms.values() : [this.rooms.get(message.project)];
    for (const room of rooms) room?.hear(message);
    const waiting = this.waiting.findIndex(({ wants }) => wants(message));
    if (waiting >= 0) this.waiting.splice(waiting, 1)[0].resolve(message);
    else this.heard.push(message);
  }

  /** The first message that is wanted, of those that nobody else has taken. */
  until(wants) {
    const at = this.heard.findIndex(wants);
    if (at >= 0) return Promise.resolve(this.heard.splice(at, 1)[0]);
    return new Promise((resolve, reject) => this.waiting.push({ wants, resolve, reject }));
  }

  /** The message that answers this id; an error is raised. */
  async answer(id) {
    const message = await this.until((one) => one.id === id && ANSWERS.has(one.t));
    if (message.t === "error") throw new Refused(message);
    return message;
  }

  async call(method, params) {
    const call = id();
    this.say({ t: "call", id: call, method, params });
    const { result } = await this.answer(call);
    this.onReplied(method, params, result);
    return result;
  }

  async register(name) {
    const password = "correct horse battery";
    const params = { email: `${name}@example.org`, username: name, password };
    this.token = (await this.call("auth.register", params)).access_token;
  }

  join(project) {
    const room = this.rooms.get(project) ?? new Room(this, project);
    this.rooms.set(project, room);
    return room.join();
  }
}

const ANSWERS = new Set(["ack", "error", "reply", "joined", "left"]);

export class Room {
  constructor(client, project) {
    Object.assign(this, { client, project, acks: new Map() });
    this.replica = new Replica(client.codec.state);
    this.looking = []; // {fact, resolve, reject}
  }

  hear(message) {
    this.replica.hear(message);
    this.looking = this.looking.filter(({ fact, resolve }) => !fact() || resolve());
  }

  /** Come in, or come back, and send again what has no answer. Returns `joined`. */
  async join() {
    const unanswered = [...this.replica.pending.keys()].filter((one) => this.acks.has(one));
    const message = this.replica.join(id(), this.project, unanswered);
    this.client.say(message);
    const joined = await this.client.answer(message.id);
    await this.until(() => this.replica.synced);
    for (const [delta, { message }] of this.acks) {
      if (this.replica.pending.has(delta)) this.client.say(message);
      else this.acks.delete(delta);
    }
    return joined;
  }

  /** Wait until it is so; looked at after each message of the room. */
  until(fact) {
    if (fact()) return Promise.resolve();
    return new Promise((resolve, reject) => this.looking.push({ fact, resolve, reject }));
  }

  /** Propose ops; they show at once. Returns the ack. */
  edit(ops, more = {}) {
    return this.propose({ t: "delta", ops, base: this.replica.position.seq, ...more });
  }

  undo() {
    return this.propose({ t: "undo" });
  }

  redo() {
    return this.propose({ t: "redo" });
  }

  async propose(message) {
    const delta = id();
    const whole = { ...message, project: this.project, id: delta };
    this.replica.propose(whole);
    this.acks.set(delta, { message: whole });
    if (this.client.socket.readyState === WebSocket.OPEN) this.client.say(whole);
    try {
      return await this.client.answer(delta);
    } finally {
      this.acks.delete(delta);
    }
  }

  get(collection, id) {
    return this.replica.state[collection][id];
  }
}
