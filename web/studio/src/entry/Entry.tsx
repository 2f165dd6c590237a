/** Log in, register, come in as a guest, or take an invitation. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { inWords, readable } from "../../../pages/failure_words.js";
import { Steps } from "../../../pages/login/Steps.js";
import { useLive } from "../../../pages/use_live.js";
import { logOut } from "../account/logging_out.js";
import type { Studio } from "../studio.js";
import { Entrance } from "./entrance.js";
import { Guest } from "./Guest.js";
import { Invitation } from "./Invitation.js";
import { refusalInWords } from "./invitation_words.js";

export function Entry({ studio }: { studio: Studio }) {
  const token = studio.invitation.value;
  const entrance = useMemo(() => new Entrance(studio.client, token), [token]);
  const [failure, setFailure] = useState("");
  const status = useLive(studio.client.status, { name: "connecting" });
  const user = useLive(studio.client.user, null);
  const isIn = status.name === "connected" && user !== null;
  const look = (): void => {
    setFailure("");
    entrance.look(isIn).catch((error: unknown) => setFailure(inWords(error)));
  };
  useEffect(look, [entrance, isIn]);
  const [isTaken, project] = [entrance.isTaken.value, entrance.invitedTo.value?.project];
  useEffect(() => { if (isTaken) void studio.goOn(project); }, [isTaken]);
  const refusal = entrance.refusal.value;
  const isLooking = token !== null && !isTaken && entrance.invitedTo.value === null && refusal === null && failure === ""; // no form that moves as it is clicked
  const isUnknown = status.name === "connecting" || isLooking; // who has logged in before is asked for nothing
  const name = user === null ? null : user.name || user.username;
  return (
    <main class="middle">
      <div class="card">
        <div class="brand"><img src="/web/icon.svg" alt="" />Prime</div>
        {status.name === "needs-login" && status.message !== undefined && <p class="quiet" role="status"><bdi>You were logged out. {readable(status.message)}</bdi></p>}
        {failure !== "" && <p class="failure" role="alert">{failure} <button type="button" onClick={look}>Try again</button></p>}
        {refusal !== null && <p class="failure" role="alert"><bdi>{refusalInWords(refusal, isIn ? name : null)}</bdi></p>}
        {entrance.invitedTo.value !== null && refusal === null && <Invitation entrance={entrance} invitedTo={entrance.invitedTo.value} isIn={isIn} />}
        {(isIn ? token === null : isUnknown) && <p class="quiet" role="status">One moment …</p>}
        {!isIn && !isUnknown && (entrance.isForGuest.value ? <Guest entrance={entrance} /> : <Steps steps={entrance} />)}
        {isIn && token !== null && <Otherwise studio={studio} name={name ?? ""} />}
      </div>
    </main>
  );
}

/** What else somebody does who is logged in and was sent an invitation, which stays for whoever logs in next. */
function Otherwise({ studio, name }: { studio: Studio; name: string }) {
  return (
    <div class="row">
      <button type="button" onClick={() => void studio.goOn()}>To your projects</button>
      <button type="button" class="plain" onClick={() => void logOut(studio)}>Not <bdi>{name.slice(0, 40)}</bdi>? Log in with another account</button>
    </div>
  );
}
