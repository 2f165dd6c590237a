/** @jsxImportSource react */
/** A page of all hooks, for tests/web/browser/react/test_hooks.py: it counts what is drawn, and what is sent. */

import { StrictMode, useLayoutEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import {
  PrimeProvider, RoomProvider, useEntities, useEntity, useFader, useOthers, useRoom, useStatus, useUndo, useUnsaved, type Fader, type Undo,
} from "../../react/src/index.js";
import { connect, JSON_TEXT, newId } from "../../sdk/src/index.js";
import { socketAddress } from "../../pages/socket_address.js";

const CHANNEL = "ch_lead_01";

/** Component -> how often it was drawn; message -> how often it was sent. */
const drawn: { [component: string]: number } = {};
const sent: { [message: string]: number } = {};

class Counting extends WebSocket {
  override send(data: string): void {
    const { t } = JSON.parse(data) as { t: string };
    sent[t] = (sent[t] ?? 0) + 1;
    super.send(data);
  }
}

const client = connect(socketAddress(), { device: newId(), WebSocket: Counting, codec: JSON_TEXT });

/** In an effect: drawing that is thrown away does not count. */
function useCount(component: string): void {
  useLayoutEffect(() => { drawn[component] = (drawn[component] ?? 0) + 1; });
}

const state: { show?: (project: string | null) => void; fader?: Fader; undo?: Undo } = {};

function Names() {
  useCount("names");
  return <p id="names">{useEntities("channels").map(({ name }) => name).join()}</p>;
}

function Filtered() {
  useCount("filtered");
  return <p id="filtered">{useEntities("channels", ({ name }) => name.startsWith("L")).map(({ name }) => name).join()}</p>;
}

function Channel() {
  useCount("channel");
  return <p id="channel">{useEntity("channels", CHANNEL)?.name ?? "none"}</p>;
}

function Ridden() {
  useCount("ridden");
  const fader = (state.fader = useFader("channels", CHANNEL, "volume"));
  return <p id="ridden">{fader.value === null ? "none" : `${fader.value}${fader.by === null ? "" : " by another"}`}</p>;
}

function People() {
  useCount("people");
  return <p id="people">{useOthers().map(({ name, role }) => `${name}:${role}`).join()}</p>;
}

function Cursors() {
  useCount("cursors");
  return <p id="cursors">{useOthers(({ presence }) => presence.cursor?.time ?? null).join()}</p>;
}

function Edits() {
  useCount("edits");
  const { canUndo, canRedo } = (state.undo = useUndo());
  return <p id="edits">{`${useUnsaved()} ${canUndo} ${canRedo}`}</p>;
}

function Project({ id }: { id: string }) {
  const joined = useRoom(id);
  if (joined.name === "joining") return <p id="room">joining</p>;
  if (joined.name === "out") {
    const { error } = joined;
    return <p id="room">{`${error.name} ${(error as { code?: string }).code} `}<button type="button" onClick={joined.again}>Again</button></p>;
  }
  return <RoomProvider room={joined.room}><p id="room">joined</p><Names /><Filtered /><Channel /><Ridden /><People /><Cursors /><Edits /></RoomProvider>;
}

function Page() {
  const [project, show] = useState<string | null>(null);
  state.show = show;
  useCount("page");
  return <><p id="status">{useStatus().name}</p>{project !== null && <Project id={project} />}</>;
}

Object.assign(globalThis, { client, drawn, sent, state });
createRoot(document.body.appendChild(document.createElement("main"))).render(
  <StrictMode><PrimeProvider client={client}><Page /></PrimeProvider></StrictMode>,
);
