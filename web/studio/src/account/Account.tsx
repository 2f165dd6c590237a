/** Our own account: name, password, logins, second factor, how the page looks, and its end. */

import { useEffect, useState } from "preact/hooks";
import { PrimeError, type Calls } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { Choice, Field, Form } from "../../../pages/Form.js";
import { chooseTheme, theme, type Theme } from "../../../pages/theme.js";
import type { Studio } from "../studio.js";
import { Deletion } from "./Deletion.js";
import { GuestUpgrade } from "./GuestUpgrade.js";
import { logOut } from "./logging_out.js";
import { Logins } from "./Logins.js";
import { SecondFactor } from "./SecondFactor.js";

type Own = Calls["account.get"]["result"];

const THEMES = [["system", "As the system"], ["dark", "Dark"], ["light", "Light"]] as const;

export function Account({ studio }: { studio: Studio }) {
  const [own, setOwn] = useState<Own | null>(null);
  const [failure, setFailure] = useState("");
  /** How often the password was changed here: its form begins anew, and other logins have ended. */
  const [changed, setChanged] = useState(0);
  const load = (): void => {
    studio.client.call("account.get", {}).then((row) => { setOwn(row); setFailure(""); }, (error: unknown) => setFailure(inWords(error)));
  };
  useEffect(load, []);
  return (
    <main class="sheet">
      <header>
        <h1>Account</h1>
        <div class="row">
          <button type="button" onClick={() => studio.show("projects")}>To the projects</button>
          <button type="button" onClick={() => void logOut(studio)}>Log out</button>
        </div>
      </header>
      {failure !== "" && <p class="failure" role="alert">{failure} <button type="button" onClick={load}>Try again</button></p>}
      {own?.is_guest === true && <GuestUpgrade studio={studio} onMade={setOwn} />}
      {own !== null && <Profile key={own.id + own.version} studio={studio} own={own} onChanged={setOwn} />}
      <section class="card">
        <h2>This page</h2>
        <Choice label="Colours" name="theme" value={theme.value} options={THEMES} onChoose={(chosen) => chooseTheme(chosen as Theme)} />
      </section>
      {own?.is_guest === false && <Password key={changed} studio={studio} onChanged={() => setChanged(changed + 1)} />}
      {own?.is_guest === false && <SecondFactor studio={studio} />}
      <Logins studio={studio} changed={changed} />
      {own !== null && <Deletion studio={studio} isGuest={own.is_guest} />}
    </main>
  );
}

function Profile({ studio, own, onChanged }: { studio: Studio; own: Own; onChanged: (row: Own) => void }) {
  return (
    <section class="card">
      <h2>You</h2>
      <p class="quiet"><bdi>{own.is_guest ? "A guest" : own.username}</bdi>{own.email !== null && <>, <bdi>{own.email}</bdi></>}</p>
      <Form label="Your name" action="Save the name" onSubmit={async ({ name = "" }) => {
        onChanged(await studio.client.call("account.update", { version: own.version, name }));
        studio.tell("Saved. Others see the name when you next open a project.");
      }}>
        <Field label="Your name" name="name" value={own.name} maxLength={100} hint="What others see." />
      </Form>
    </section>
  );
}

/** The call speaks of a login; who changes a password is asked for the one of now alone. */
function ofPassword(error: unknown): unknown {
  return error instanceof PrimeError && error.code === "auth_failed" ? new PrimeError("validation", "it is not your password", { field: "password" }) : error;
}

function Password({ studio, onChanged }: { studio: Studio; onChanged: () => void }) {
  return (
    <section class="card">
      <h2>Password</h2>
      <Form label="Change the password" action="Change the password" onSubmit={async ({ password = "", new_password = "" }) => {
        await studio.client.call("auth.change_password", { password, new_password }).catch((error: unknown) => { throw ofPassword(error); });
        studio.tell("The password is changed; your other logins have ended.");
        onChanged();
      }}>
        <Field label="The one of now" name="password" type="password" autocomplete="current-password" required />
        <Field label="The new one" name="new_password" type="password" autocomplete="new-password" required minLength={8} />
      </Form>
    </section>
  );
}
