import assert from "node:assert/strict";
import { test } from "node:test";

import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server.edge";

import {
  PrimeProvider, RoomProvider, useEntities, useEntity, useFader, useJoinedRoom, useMe, useOthers, useRoom, useShown, useStatus, useUndo, useUnsaved,
} from "../../react/src/index.js";
import { letIn } from "./let_in.js";

const CHANNELS = {
  ch_one_01: { name: "Kick", order: "a1", dest: "ch_master", volume: 0.5 },
  ch_two_01: { name: "Snare", order: "a0", dest: "ch_master", volume: 0.7 },
  ch_master: { name: "Master", order: "a2", dest: null, volume: 1 },
};

const drawn = (component: () => ReactNode, room?: Parameters<typeof RoomProvider>[0]["room"]): string => {
  const inside = createElement(component);
  return renderToString(createElement(PrimeProvider, { client: null }, room === undefined ? inside : createElement(RoomProvider, { room }, inside)));
};

test("a server, which has no window and no client, draws what there is before a connection", () => {
  assert.equal(typeof (globalThis as { window?: unknown }).window, "undefined");
  const Page = (): ReactNode => {
    const { name, room, error } = useRoom("p1");
    return [name, String(room), String(error), useStatus().name, String(useMe().user)].join(" ");
  };
  assert.equal(drawn(Page), "joining null null connecting null");
});

test("hooks without their provider say which one is missing", () => {
  const Lost = (): ReactNode => String(useRoom("p1"));
  assert.throws(() => renderToString(createElement(Lost)), /PrimeProvider/);
  const Homeless = (): ReactNode => String(useJoinedRoom());
  assert.throws(() => drawn(Homeless), /RoomProvider/);
});

test("entities come with their ids, by order, and filters choose among them", async () => {
  const { room } = await letIn({ channels: CHANNELS });
  const Names = (): ReactNode => [
    useEntities("channels").map(({ id, name }) => `${id}=${name}`).join(),
    useEntities("channels", { dest: "ch_master" }).map(({ name }) => name).join(),
    useEntities("channels", { dest: null, name: "Master" }).map(({ name }) => name).join(),
    useEntities("channels", { name: "Kick" }).map(({ name }) => name).join(),
    useEntities("channels", ({ volume }) => volume > 0.6).map(({ name }) => name).join(),
    useEntities("markers").length,
    useEntity("channels", "ch_one_01")?.volume,
    useEntity("channels", "nobody_01")?.volume,
  ].map(String).join(" ");
  assert.equal(
    drawn(Names, room),
    "ch_two_01=Snare,ch_one_01=Kick,ch_master=Master Snare,Kick Master Kick Snare,Master 0 0.5 undefined",
  );
});

test("what has a time comes by its time, and by its id where two have the same", async () => {
  const { room } = await letIn({ markers: { marker_03: { time: 9, name: "C" }, marker_02: { time: 1, name: "B" }, marker_01: { time: 1, name: "A" } } });
  assert.equal(drawn(() => useEntities("markers").map(({ name }) => name).join(""), room), "ABC");
});

test("all other hooks draw on a server, and values that live are those before a connection", async () => {
  const { room, hear } = await letIn({ channels: CHANNELS });
  hear({ t: "member_joined", member: { member: "m2", user: "u2", name: "Ben", device: "x", role: "editor", color: "#fff", presence: {} } });
  const All = (): ReactNode => {
    const fader = useFader("channels", "ch_one_01", "volume");
    const { canUndo, canRedo } = useUndo();
    const { member, role } = useMe();
    return [
      useOthers().length, useUnsaved(), canUndo, canRedo, fader.value, String(fader.by), useShown("channels", "ch_two_01").entity?.volume, member || "-", role || "-",
    ].join(" ");
  };
  assert.equal(drawn(All, room), "1 0 false false 0.5 null 0.7 - -");
});
