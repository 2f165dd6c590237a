/** Where we are logged in; each login can be ended. */

import { useEffect, useState } from "preact/hooks";
import type { Calls } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import type { Studio } from "../studio.js";

type Login = Calls["auth_sessions.list"]["result"]["auth_sessions"][number];

/** `changed`: another number once logins may have ended. */
export function Logins({ studio, changed }: { studio: Studio; changed: number }) {
  const [logins, setLogins] = useState<readonly Login[]>([]);
  const fail = (error: unknown): void => studio.tell(inWords(error), "failure");
  const load = (): void => {
    studio.client.call("auth_sessions.list", { limit: 100 })
      .then((page) => setLogins(page.auth_sessions.filter(({ revoked_at, expires_at }) => revoked_at === null && expires_at > Date.now())), fail);
  };
  useEffect(load, [changed]);
  const end = (login: Login): void => {
    studio.client.call("auth_sessions.revoke", { auth_session: login.id }).then(load, fail);
  };
  const endOthers = (): void => {
    studio.client.call("auth.logout", { scope: "others" }).then(load, fail);
  };
  return (
    <section class="card">
      <h2>Logins</h2>
      <ul class="list">
        {logins.map((login) => (
          <li key={login.id} class="row">
            <span class="grow">
              <bdi>{(login.device_name || login.client || login.device).slice(0, 80)}</bdi>
              <small class="quiet"> {login.network}, used {new Date(login.last_used_at).toLocaleString()}</small>
            </span>
            {login.current ? <small class="quiet">this one</small> : <button type="button" onClick={() => end(login)}>End</button>}
          </li>
        ))}
      </ul>
      {logins.length > 1 && <p><button type="button" onClick={endOthers}>End all but this one</button></p>}
    </section>
  );
}
