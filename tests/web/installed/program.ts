// What somebody writes who has installed the package: the types say what is there, and what is not.

import { connect, Left, newId, PrimeError, Refused, type Client, type Edit, type ErrorCode, type Room } from "@prime/client";

export async function soften(prime: Client, project: string): Promise<number> {
  const room: Room = await prime.join(project);
  const edit: Edit = room.edit((tx) => {
    const track = tx.insert("tracks", { name: "Lead", color: "#e0a" });
    tx.set("channels", "ch_master", { volume: 0.5 }, { volume: 1 });
    tx.move("tracks", track, { parent: null });
    // @ts-expect-error: channels have no tempo
    tx.set("channels", "ch_master", { bpm: 90 });
    // @ts-expect-error: a note without its clip
    tx.insert("notes", { time: 0, duration: 1, key: 60 });
    // @ts-expect-error: a project has one transport, from its beginning
    tx.insert("transport", {});
    // @ts-expect-error: markers have no parent
    tx.move("markers", track, { parent: null });
    // @ts-expect-error: no such collection
    tx.delete("riffs", track);
  });
  const volume: number | undefined = room.get("channels", "ch_master")?.volume;
  // @ts-expect-error: an entity is frozen
  room.get("channels", "ch_master")!.volume = 1;
  room.onLeft(({ code }) => { if (code === "access_revoked" || code === "kicked") console.log("out"); });
  try {
    return (await edit.saved).seq + (volume ?? 0);
  } catch (error) {
    if (error instanceof Refused && error.code === "op_invalid") return error.details.op ?? 0;
    if (error instanceof Left) return error.message.length;
    if (error instanceof PrimeError) {
      const code: ErrorCode = error.code;
      // @ts-expect-error: no error has this code
      if (error.code === "broken") return 1;
      const retry: "wait" | "mend" | "give up" = error.retry;
      return code.length + retry.length;
    }
    throw error;
  }
}

export const prime = (): Client => connect("wss://studio.example/v1", { device: newId(), client: "test 1.0" });

export async function titles(client: Client): Promise<readonly string[]> {
  const { projects } = await client.call("projects.list", { limit: 20 });
  // @ts-expect-error: no such call
  await client.call("projects.steal", {});
  return projects.map(({ name }) => name);
}
