// The copy of one project: frames heard in, view out. "Confirmed" is what the server told, "view" is
// that with our own pending deltas on top.

import { inflateSync } from "node:zlib";

import { shown, term, total } from "./digest.mjs";
import { merged } from "./maps.mjs";
import { schema } from "./schema.mjs";
import { apply, shows } from "./state.mjs";

/** Errors after which a delta stays pending: it is sent again with the same id (D12, J14). */
const FOR_NOW = new Set([
  ...Object.keys(schema["x-errors"]).filter((code) => schema["x-errors"][code].retry === "wait"),
  "not_joined", // when the room is joined again
  "auth_failed", // after a new login
]);

export class Gap extends Error {}

export class Replica {
  /** `decode`: the bytes of a state to a state. */
  constructor(decode) {
    this.decode = decode;
    this.state = Object.create(null); // the view
    this.position = null;
    this.pending = new Map(); // id -> {ops, atomic, kind, undo}
    this.gestures = Object.create(null); // member -> gesture -> entity id -> {col, props}
    this.members = new Set();
    this.you = "";
    this.synced = false;
    this.sum = 0n; // of the confirmed state
    this.parts = [];
    this.group = [];
    this.target = null;
    this.head = 0;
    this.committed = {};
    this.divergence = null;
  }

  get confirmed() {
    return shown(this.sum);
  }

  get view() {
    return shown(total(this.state));
  }

  /** An entity as the gestures of others show it. */
  shown(collection, id) {
    let entity = this.state[collection]?.[id];
    for (const member of Object.keys(this.gestures)) {
      for (const gesture of Object.values(this.gestures[member])) {
        if (entity !== undefined && id in gesture) entity = laidOver(entity, gesture[id].props);
      }
    }
    return entity;
  }

  // What we do.

  /** Our own `delta`, `undo` or `redo`, as we send it. */
  propose(message) {
    const delta = { ops: message.ops ?? [], atomic: message.atomic ?? false, kind: message.t, undo: [] };
    this.show(delta);
    this.pending.set(message.id, delta);
  }

  /** The message that enters the room, again if need be. */
  join(id, project, unanswered) {
    this.synced = false;
    this.target = null;
    this.joinId = id;
    const message = { t: "join", id, project };
    if (this.position) Object.assign(message, { position: this.position, digest: this.confirmed });
    if (unanswered.length) message.unanswered = unanswered;
    if (this.divergence) message.diverged = this.divergence;
    this.divergence = null;
    return message;
  }

  // What we hear.

  hear(message) {
    const isForUs = this.target || ["joined", "error", "left"].includes(message.t);
    if (isForUs && Object.hasOwn(HEARERS, message.t)) this[HEARERS[message.t]](message);
  }

  joined(message) {
    if (message.id !== this.joinId) return;
    this.joinId = null;
    this.target = message.position;
    this.head = Math.max(message.head ?? 0, message.position.seq);
    this.you = message.you;
    this.members = new Set(message.members.map((member) => member.member));
    this.gestures = Object.create(null);
    for (const member of message.members) {
      if (member.gestures) this.gestures[member.member] = member.gestures;
    }
    this.committed = message.committed ?? {};
    this.expected = message.digest ?? null;
    this.parts = [];
    this.group = [];
    if (!message.resumed) return;
    this.rebase(() => this.settleHeld());
    this.checkSynced();
  }

  statePart(message) {
    if (message.part !== this.parts.length) throw new Gap("a part of the state is missing");
    const { data } = message;
    this.parts.push(typeof data === "string" ? Buffer.from(data, "base64") : data);
    if (this.parts.length < message.parts) return;
    for (const delta of this.pending.values()) delta.undo = [];
    this.state = this.decode(inflateSync(Buffer.concat(this.parts)));
    this.position = this.target;
    this.sum = total(this.state);
    this.rebase(() => this.settleHeld());
    if (!this.compare(this.expected)) this.checkSynced();
  }

  delta(message) {
    this.checkFollows(message.seq);
    this.group.push(message);
    if (message.more) return; // nobody shall see a part of a group (rule D14)
    this.rebase(() => this.takeGroup());
    this.checkSynced();
  }

  ack(message) {
    const delta = this.pending.get(message.id);
    if (this.position && message.seq <= this.position.seq) {
      if (delta) this.withdraw(message.id); // its ops came with its seq, or lie in the state
      return;
    }
    const ops = message.ops ?? (delta?.kind === "delta" ? delta.ops : null);
    if (ops === null) throw new Gap("an ack without ops for what is not ours");
    this.checkFollows(message.seq);
    this.rebase(() => {
      this.pending.delete(message.id);
      this.takeGroup();
      this.commit(message.seq, ops);
    });
    if (message.digest) this.compare({ seq: message.seq, digest: message.digest });
  }

  error(message) {
    if (message.id !== null && message.id === this.joinId) this.joinId = null;
    else if (this.pending.has(message.id) && !FOR_NOW.has(message.code)) this.withdraw(message.id);
  }

  tick(message) {
    if (message.whole) this.gestures = Object.create(null);
    for (const [member, gestures] of Object.entries(message.gestures ?? {})) {
      if (this.members.has(member) && member !== this.you) this.takeGestures(member, gestures);
    }
    if (message.digest) this.compare(message.digest);
  }

  memberJoined(message) {
    this.members.add(message.member.member);
  }

  memberLeft(message) {
    this.members.delete(message.member);
    delete this.gestures[message.member];
  }

  left() {
    this.synced = false;
    this.target = null;
  }

  // What is confirmed.

  /** Take our pending effects back, let `step` change what is confirmed, and show them again. */
  rebase(step) {
    for (const delta of [...this.pending.values()].reverse()) this.hide(delta);
    step();
    for (const delta of this.pending.values()) this.show(delta);
  }

  takeGroup() {
    for (const message of this.group) {
      this.pending.delete(message.id); // our own, if we were away when it was committed
      this.commit(message.seq, message.ops);
    }
    this.group = [];
  }

  commit(seq, ops) {
    for (const op of ops) {
      const before = apply(this.state, op);
      const after = this.state[op.col][op.id];
      if (before !== undefined) this.sum -= term(op.col, op.id, before);
      if (after !== undefined) this.sum += term(op.col, op.id, after);
    }
    this.position = { epoch: this.target.epoch, seq };
  }

  withdraw(id) {
    this.rebase(() => this.pending.delete(id));
  }

  settleHeld() {
    for (const id of Object.keys(this.committed)) this.pending.delete(id);
    this.committed = {};
  }

  checkFollows(seq) {
    const have = this.position ? this.position.seq + this.group.length : null;
    if (have === null || seq !== have + 1) throw new Gap(`seq ${seq} after ${have}`);
  }

  checkSynced() {
    if (this.position && this.position.seq >= this.head) this.synced = true;
  }

  /** Whether the server's digest of our very position is another one: then we begin anew. */
  compare(theirs) {
    if (!theirs || theirs.seq !== this.position?.seq || theirs.digest === this.confirmed) return false;
    this.divergence = { seq: theirs.seq, digest: this.confirmed };
    this.position = null;
    return true;
  }

  // What is pending.

  show(delta) {
    for (const op of delta.ops) {
      if (shows(this.state, op)) {
        delta.undo.push([op.col, op.id, apply(this.state, op)]);
      } else if (delta.atomic) {
        this.hide(delta);
        return;
      }
    }
  }

  hide(delta) {
    for (const [collection, id, before] of delta.undo.reverse()) {
      if (before === undefined) delete this.state[collection][id];
      else this.state[collection][id] = before;
    }
    delta.undo = [];
  }

  takeGestures(member, gestures) {
    const theirs = (this.gestures[member] ??= Object.create(null));
    for (const [gesture, values] of Object.entries(gestures)) {
      if (values === null) {
        delete theirs[gesture];
        continue;
      }
      const shows = (theirs[gesture] ??= Object.create(null));
      for (const [id, value] of Object.entries(values)) {
        shows[id] = { col: value.col, props: laidOver(shows[id]?.props ?? {}, value.props) };
      }
    }
  }
}

const HEARERS = {
  joined: "joined", state: "statePart", delta: "delta", ack: "ack", error: "error", tick: "tick",
  member_joined: "memberJoined", member_left: "memberLeft", left: "left",
};

function laidOver(before, props) {
  const after = merged(before, props);
  if ("params" in before && "params" in props) after.params = merged(before.params, props.params);
  return after;
}
