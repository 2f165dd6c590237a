/** Starts the page for operators. */

import { render } from "preact";
import { useMemo } from "preact/hooks";
import { connect, localTokens, tabDevice, type Client } from "@prime/client";

import "../../pages/theme.css";
import "../../pages/controls.css";
import "./operator.css";
import { Steps } from "../../pages/login/Steps.js";
import { LoginSteps } from "../../pages/login/login_steps.js";
import { whatIsMissing } from "../../pages/browser_requirements.js";
import { socketAddress } from "../../pages/socket_address.js";
import { followTheme } from "../../pages/theme.js";
import { useLive } from "../../pages/use_live.js";
import { Board } from "./Board.js";
import { PolledState } from "./polled_state.js";

const TOKEN_KEY = "prime.operator.refresh_token";

function Page({ client, seen }: { client: Client; seen: PolledState }) {
  const status = useLive(client.status, { name: "connecting" });
  const user = useLive(client.user, null);
  const steps = useMemo(() => new LoginSteps(client), []);
  const logOut = (): void => { client.logout().catch(() => location.reload()); };
  if (status.name === "needs-login") {
    return <main class="middle"><div class="card"><div class="brand"><img src="/web/icon.svg" alt="" />Prime for operators</div><Steps steps={steps} /></div></main>;
  }
  return (
    <>
      <header class="operator-bar">
        <h1>Prime for operators</h1>
        <span class="quiet">{status.name === "connected" ? (user?.name || user?.username) : status.name === "away" ? "not connected; trying again" : (status.message ?? status.name)}</span>
        <button type="button" onClick={logOut}>Log out</button>
      </header>
      {seen.isStranger.value
        ? <main class="sheet"><p role="alert">{user?.username} is no operator of this server. Whoever runs it makes you one: ./run users make-operator {user?.username}</p></main>
        : <Board console={seen} />}
    </>
  );
}

if (whatIsMissing(window) === null) { // else before_start.ts has told it
  followTheme();
  const client = connect(socketAddress(), {
    device: await tabDevice(),
    client: "operators' page",
    tokens: localTokens(TOKEN_KEY),
  });
  const console_ = new PolledState(client);
  console_.start();
  render(<Page client={client} seen={console_} />, document.body);
  document.getElementById("not-started")?.remove(); // from now on the page itself tells what goes wrong
}
