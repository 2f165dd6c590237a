/** @jsxImportSource react */
// A mixer that several people ride at once: who comes in, the desk, a strip.

import { StrictMode, useState, type FormEvent } from "react";
import { createRoot } from "react-dom/client";
import { connect, localTokens, tabDevice, type Client } from "@prime/client";
import {
  PrimeProvider, RoomProvider, useEntities, useFader, useJoinedRoom, useMe, useOthers, useRoom, useStatus, useUndo, useUnsaved,
  type Identified,
} from "@prime/client/react";

interface Visit {
  readonly client: Client;
  readonly project: string;
}

/** By the link of an invitation, https://HOST/studio#invite=TOKEN: as a guest, and as the same one when they come again. */
async function comeIn(link: string, name: string): Promise<Visit> {
  const { origin, hash } = new URL(link);
  const invitation = new URLSearchParams(hash.slice(1)).get("invite") ?? "";
  const client = connect(`${origin.replace(/^http/, "ws")}/v1`, {
    device: await tabDevice("mixer.device"), tokens: localTokens("mixer.refresh_token"), client: "mixer example",
  });
  try {
    const { project } = await client.call("invitations.look", { token: invitation });
    if (client.user.value === null) await client.logInBy("auth.register_guest", { invitation, name });
    else await client.call("invitations.accept", { token: invitation });
    return { client, project };
  } catch (error) {
    await client.close();
    throw error;
  }
}

function Door({ onVisit }: { onVisit: (visit: Visit) => void }) {
  const [link, setLink] = useState(location.hash.includes("invite=") ? location.href : "");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    comeIn(link, name).then(onVisit, (error: Error) => setProblem(error.message));
  };
  return (
    <form onSubmit={submit}>
      <h1>Mixer</h1>
      <label>Link of the invitation <input name="link" required value={link} onChange={(event) => setLink(event.target.value)} /></label>
      <label>Your name <input name="name" required maxLength={60} value={name} onChange={(event) => setName(event.target.value)} /></label>
      <button type="submit">Come in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}

function Project({ id }: { id: string }) {
  const joined = useRoom(id);
  if (joined.name === "joining") return <p>The song is on its way ...</p>;
  if (joined.name === "out") return <p role="alert">{joined.error.message} <button type="button" onClick={joined.again}>Try again</button></p>;
  return <RoomProvider room={joined.room}><Bar /><Desk /></RoomProvider>;
}

function Bar() {
  const status = useStatus();
  const unsaved = useUnsaved();
  const { canUndo, canRedo, undo, redo } = useUndo();
  const others = useOthers();
  return (
    <header>
      <button type="button" disabled={!canUndo} onClick={undo}>Undo</button>
      <button type="button" disabled={!canRedo} onClick={redo}>Redo</button>
      <span role="status">{status.name === "connected" ? (unsaved === 0 ? "saved" : "saving ...") : "offline: edits are kept"}</span>
      <ul aria-label="Who is here">
        {others.map(({ member, name, color }) => <li key={member} style={{ borderColor: color }}>{name}</li>)}
      </ul>
    </header>
  );
}

function Desk() {
  const channels = useEntities("channels");
  return <main>{channels.map((channel) => <Strip key={channel.id} channel={channel} />)}</main>;
}

function Strip({ channel: { id, name, mute } }: { channel: Identified<"channels"> }) {
  const room = useJoinedRoom();
  const fader = useFader("channels", id, "volume");
  const isViewer = useMe().role === "viewer";
  const others = useOthers(({ member, name, color, presence }) => ({ member, name, color, on: presence.selection?.[0] }));
  const rider = others.find(({ member }) => member === fader.by);
  const volume = fader.value ?? 0;
  const level = volume === 0 ? "silent" : `${(20 * Math.log10(volume)).toFixed(1)} dB`;
  return (
    <section onPointerEnter={() => room.move({ selection: [id] })}>
      <ul>{others.filter(({ on }) => on === id).map(({ member, name, color }) => <li key={member} style={{ borderColor: color }}>{name}</li>)}</ul>
      <input
        type="range" min={0} max={2} step={0.01} value={volume} disabled={isViewer}
        aria-label={`Volume of ${name}`} aria-valuetext={level}
        onChange={(event) => fader.to(Number(event.target.value))}
        onPointerUp={fader.end} onKeyUp={fader.end} onBlur={fader.end}
      />
      <output>{rider === undefined ? level : `${level}, ${rider.name} moves it`}</output>
      <button type="button" aria-pressed={mute} disabled={isViewer} onClick={() => room.edit((tx) => tx.set("channels", id, { mute: !mute }))}>Mute</button>
      <h2>{name}</h2>
    </section>
  );
}

function App() {
  const [visit, setVisit] = useState<Visit | null>(null);
  if (visit === null) return <Door onVisit={setVisit} />;
  return <PrimeProvider client={visit.client}><Project id={visit.project} /></PrimeProvider>;
}

createRoot(document.getElementById("app")!).render(<StrictMode><App /></StrictMode>);
