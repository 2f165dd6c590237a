/** Log in, register, come in as a guest, or take an invitation. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { inWords } from "../../../pages/failure_words.js";
import { useLive } from "../../../pages/use_live.js";
import type { Studio } from "../studio.js";
import { Entrance } from "./entrance.js";
import { Invitation } from "./Invitation.js";
import { Steps } from "./Steps.js";

export function Entry({ studio }: { studio: Studio }) {
  const token = studio.invitation.value;
  const entrance = useMemo(() => new Entrance(studio.client, token), [token]);
  const [refused, setRefused] = useState("");
  const status = useLive(studio.client.status, { name: "connecting" });
  const user = useLive(studio.client.user, null);
  useEffect(() => {
    setRefused("");
    entrance.look().catch((error: unknown) => setRefused(inWords(error)));
  }, [entrance]);
  const [isTaken, project] = [entrance.isTaken.value, entrance.shown.value?.project];
  useEffect(() => { if (isTaken) void studio.goOn(project); }, [isTaken]);
  const isIn = status.name === "connected" && user !== null;
  return (
    <main class="middle">
      <div class="card">
        <div class="brand"><img src="/web/icon.svg" alt="" />Prime</div>
        {status.name === "needs-login" && status.message !== undefined && <p class="quiet" role="status">You were logged out: {status.message}</p>}
        {refused !== "" && (
          <p class="failure" role="alert">
            {refused} {isIn ? "If you came by it before, the project is among yours." : "Ask whoever sent you this link for another one; if you came by it before, log in: the project is among yours."}
          </p>
        )}
        {entrance.shown.value !== null && <Invitation studio={studio} shown={entrance.shown.value} isIn={isIn} />}
        {isIn ? token === null && <p class="quiet">One moment …</p> : <Steps entrance={entrance} />}
        {isIn && refused !== "" && <button type="button" onClick={() => studio.goOn()}>To your projects</button>}
      </div>
    </main>
  );
}
