/** Moments that have a name: make, look at, compare with now, restore, fork, rename, delete. */

import { useEffect, useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { Dialog } from "../../../pages/Dialog.js";
import { Field, Form } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";
import { DifferenceList } from "./comparing/DifferenceList.js";
import { CompareForm, nameOfSnapshot, sidesOf } from "./comparing/CompareForm.js";
import { beginComparing, nowSide } from "./comparing/comparison.js";
import { RestoreSnapshot } from "./RestoreSnapshot.js";
import type { Snapshot } from "./comparing/snapshot_songs.js";

const PAGE = 100;

/** Characters of a name (rule E8). */
const MOST_NAME = 120;

export function Snapshots({ studio }: { studio: Studio }) {
  const room = studio.room.value;
  return room === null ? null : <List key={room.project} studio={studio} room={room} />;
}

function List({ studio, room }: { studio: Studio; room: Room }) {
  const [snapshots, setSnapshots] = useState<readonly Snapshot[]>([]);
  const [onlyNamed, setOnlyNamed] = useState(true);
  /** How many were taken here: the form begins anew behind each. */
  const [taken, setTaken] = useState(0);
  const load = (): void => {
    studio.client.call("snapshots.list", { project: room.project, limit: PAGE, ...(onlyNamed && { kind: "manual" as const }) })
      .then((page) => setSnapshots(page.snapshots), (error: unknown) => studio.fail(error));
  };
  useEffect(load, [room, onlyNamed]);
  const comparison = studio.comparison.value;
  return (
    <div class="snapshots">
      {comparison !== null && <DifferenceList studio={studio} room={room} comparison={comparison} />}
      {studio.mayEditAll && (
        <Form key={taken} label="New snapshot" action="Take a snapshot" underWay="Taking a snapshot …" onSubmit={async ({ name = "" }) => {
          await room.snapshots.create({ name });
          setTaken((count) => count + 1);
          load();
        }}>
          <Field label="Name" name="name" maxLength={MOST_NAME} required placeholder="before the drop" {...(studio.moment.value !== null && { hint: "It holds the song as it is now, and not the moment that is shown." })} />
        </Form>
      )}
      <label class="row"><input type="checkbox" checked={!onlyNamed} onChange={(event) => setOnlyNamed(!event.currentTarget.checked)} />Those the server took, too</label>
      <ul class="list">{snapshots.map((snapshot) => <One key={snapshot.id} studio={studio} room={room} snapshot={snapshot} onChanged={load} />)}</ul>
      {snapshots.length === 0 && <p class="quiet">No snapshot yet.</p>}
      {snapshots.length > 0 && <CompareForm studio={studio} room={room} snapshots={snapshots} />}
    </div>
  );
}

interface Props {
  readonly studio: Studio;
  readonly room: Room;
  readonly snapshot: Snapshot;
  readonly onChanged: () => void;
}

function One({ studio, room, snapshot, onChanged }: Props) {
  const [asks, setAsks] = useState<"restore" | "fork" | "rename" | null>(null);
  const name = nameOfSnapshot(snapshot);
  const doing = (done: Promise<unknown>): void => { done.then(onChanged, (error: unknown) => studio.fail(error)); };
  const compare = async (): Promise<void> => {
    const [from] = await sidesOf(studio, room, [snapshot]);
    if (studio.room.value === room) beginComparing(studio, from!, nowSide(room));
  };
  const isNamed = snapshot.kind === "manual";
  const isOurs = snapshot.author !== null && snapshot.author.id === studio.client.user.value?.id;
  return (
    <li class="card snapshot">
      <strong><bdi>{name}</bdi></strong>
      <small class="quiet">#{snapshot.position.seq}, {new Date(snapshot.created_at).toLocaleString()}{snapshot.author !== null && <>, <bdi>{room.nameOf(snapshot.author.id, snapshot.author.name || snapshot.author.username).slice(0, 40)}</bdi></>}</small>
      <div class="row">
        <button type="button" onClick={() => void studio.showMoment(snapshot.position.seq)}>Look</button>
        <button type="button" onClick={() => { compare().catch((error: unknown) => studio.fail(error)); }}>Compare with now</button>
        {studio.mayEditAll && <button type="button" onClick={() => setAsks("restore")}>Restore</button>}
        {studio.isGuest.value === false && <button type="button" onClick={() => setAsks("fork")}>Fork</button>}
        {studio.mayEditAll && <button type="button" onClick={() => setAsks("rename")}>Rename</button>}
        {isNamed && (studio.role.value === "owner" || isOurs) && !studio.isAtRest && (
          <button type="button" class="danger" onClick={() => {
            studio.question.value = { title: "Delete a snapshot", words: `${name} is gone then; the song stays as it is.`, action: "Delete it", onYes: () => doing(room.snapshots.delete(snapshot.id)) };
          }}>Delete</button>
        )}
      </div>
      {asks === "restore" && (
        <RestoreSnapshot studio={studio} room={room} snapshot={snapshot.id} name={name} onClose={() => setAsks(null)} onRestored={() => {
          setAsks(null);
          onChanged();
        }} />
      )}
      {asks === "rename" && (
        <Dialog title="Name a snapshot" onClose={() => setAsks(null)}>
          <Form label="Name a snapshot" action="Name it" onSubmit={async ({ name: next = "" }) => {
            await room.snapshots.update(snapshot, { name: next });
            setAsks(null);
            onChanged();
          }}>
            <Field label="Name" name="name" value={snapshot.name} required maxLength={MOST_NAME} />
          </Form>
        </Dialog>
      )}
      {asks === "fork" && (
        <Dialog title="Fork a snapshot" onClose={() => setAsks(null)}>
          <Form label="Fork a snapshot" action="Make the project" underWay="Making the project …" onSubmit={async ({ name: fork = "" }) => {
            const forked = await room.snapshots.fork(snapshot.id, { name: fork });
            await studio.open(forked.id);
          }}>
            <Field label="Name of the new project" name="name" value={name} required maxLength={MOST_NAME} />
          </Form>
        </Dialog>
      )}
    </li>
  );
}
