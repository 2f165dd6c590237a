/** The rooms, those first for which most is sent; who is in one of them; those that are closed. */

import { closeRoom, endLogins, openRoom, sendOut } from "./actions.js";
import type { PolledState } from "./polled_state.js";
import { aSecond, inBytes, inMs, spread } from "./figures.js";
import { Histogram } from "./Histogram.js";
import { Table } from "./Table.js";
import { toldApart } from "./distinct_names.js";

export function Rooms({ seen }: { seen: PolledState }) {
  const rows = seen.rooms.value;
  return rows === null ? null : (
    <Table title={`Rooms, those first for which most is sent${rows.silent.length > 0 ? ` (without ${rows.silent.join(", ")}, which do not answer)` : ""}`}
      head={["project", "members", "sent a second", "ack, half / 99 of 100", "tick gap", "outboxes", "held back", "entities", "state", "seq", "nodes"]}>
      {rows.rooms.map((room) => (
        <tr key={room.project}>
          <th scope="row"><button type="button" class="plain" onClick={() => seen.show(room.project)}><bdi>{nameOf(room)}</bdi></button></th>
          <td>{room.members}</td><td>{aSecond(room.sends_a_second)}</td><td>{spread(room.ack_p50_ms, room.ack_p99_ms)}</td><td>{spread(room.tick_gap_p50_ms, room.tick_gap_p99_ms)}</td>
          <td>{inBytes(room.outbox_bytes ?? 0)}</td><td>{room.held_back}</td><td>{room.entities.toLocaleString()}</td><td>{inBytes(room.bytes)}</td><td>{room.seq}</td><td>{room.nodes.join(", ")}</td>
        </tr>
      ))}
    </Table>
  );
}

export function Room({ seen }: { seen: PolledState }) {
  const room = seen.room.value;
  if (room === null) return null;
  const name = nameOf(room);
  const called = toldApart(room.members.map((member) => [member.name, member.user]), 60);
  const searchForm = (
    <div class="row above">
      {room.closed === null
        ? <button type="button" onClick={() => { seen.action.value = closeRoom(room.project, name); }}>Close this room…</button>
        : <button type="button" onClick={() => { seen.action.value = openRoom(room.project, name); }}>Open this room…</button>}
      <button type="button" onClick={() => seen.show(null)}>Look away</button>
      <Histogram title="From a delta's coming to its ack" of={room.ack} />
      <Histogram title="Between two ticks" of={room.tick_gap} />
    </div>
  );
  return (
    <Table title={`In the room of ${name}`} above={searchForm}
      head={["who", "role", "program", "subprotocol", "round trip", "entries behind", "outbox", "held back", "device", "address", "node", "since", "what to do"]}>
      {room.members.map((member) => {
        const memberName = called(member.name, member.user);
        return (
          <tr key={member.member}>
            <th scope="row"><bdi>{memberName}</bdi></th>
            <td>{member.role}</td><td><bdi>{(member.client ?? "").slice(0, 40) || "does not say"}</bdi></td><td>{(member.codec ?? "").replace("prime.v1.", "")}</td>
            <td>{inMs(member.round_trip_ms)}</td><td>{member.behind ?? 0}</td><td>{inBytes(member.outbox_bytes)}</td><td>{member.held_back}</td>
            <td><bdi>{member.device.slice(0, 12)}</bdi></td><td>{member.address}</td><td>{member.node}</td><td>{new Date(member.since).toLocaleTimeString()}</td>
            <td>
              <span class="row">
                <button type="button" onClick={() => { seen.action.value = sendOut(member.member, memberName, name); }}>Send out…<span class="unseen"> {memberName}</span></button>
                <button type="button" onClick={() => { seen.action.value = endLogins(member.user, memberName); }}>End logins…<span class="unseen"> of {memberName}</span></button>
              </span>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

export function Closed({ seen }: { seen: PolledState }) {
  const rows = seen.closed.value?.rooms ?? [];
  return rows.length === 0 ? null : (
    <Table title="Closed rooms" head={["project", "why", "since", "until", "what to do"]}>
      {rows.map((room) => {
        const name = nameOf(room);
        return (
          <tr key={room.project}>
            <th scope="row"><bdi>{name}</bdi></th><td><bdi>{room.reason.slice(0, 200)}</bdi></td>
            <td>{new Date(room.closed_at).toLocaleString()}</td><td>{room.until === null ? "it is opened" : new Date(room.until).toLocaleString()}</td>
            <td><button type="button" onClick={() => { seen.action.value = openRoom(room.project, name); }}>Open…<span class="unseen"> {name}</span></button></td>
          </tr>
        );
      })}
    </Table>
  );
}

/** What a room is called here: its project's name, or the id of one that has none. */
function nameOf({ name, project }: { readonly name: string; readonly project: string }): string {
  return name.slice(0, 60) || project;
}
