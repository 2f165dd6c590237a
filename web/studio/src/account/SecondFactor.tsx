/** A code of an authenticator app at each login: set it up, renew its recovery codes, take it off. */

import { useEffect, useState } from "preact/hooks";
import type { Calls } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { Field, Form, type Fields } from "../../../pages/Form.js";
import { RecoveryCodes } from "../../../pages/login/Steps.js";
import type { Studio } from "../studio.js";

type State = Calls["auth.second_factor_state"]["result"];
type Begun = Calls["auth.totp_begin"]["result"];

export function SecondFactor({ studio }: { studio: Studio }) {
  const [state, setState] = useState<State | null>(null);
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const load = (): void => {
    studio.client.call("auth.second_factor_state", {}).then(setState, (error: unknown) => studio.tell(inWords(error), "failure"));
  };
  useEffect(load, []);
  if (state === null) return null;
  const begin = async (): Promise<void> => setBegun(await studio.client.call("auth.totp_begin", {}));
  const confirm = async ({ code = "", name = "" }: Fields): Promise<void> => {
    const recoveryCodes = (await studio.client.call("auth.totp_confirm", { code: code.replaceAll(" ", ""), name })).recovery_codes;
    setCodes(recoveryCodes.length > 0 ? recoveryCodes : null); // those of before stay good beside another app
    setBegun(null);
    load();
  };
  return (
    <section class="card">
      <h2>Second factor</h2>
      {codes !== null && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      {codes === null && state.totp && <SetUp studio={studio} state={state} onCodes={setCodes} onChanged={load} />}
      {codes === null && begun === null && (
        <Form label={state.totp ? "Add another app" : "Set up a second factor"} action={state.totp ? "Add another app" : "Set it up"} onSubmit={begin}>
          <p>{state.totp ? "A code of any of your apps will do." : "An authenticator app shows a code that each login asks for."}</p>
        </Form>
      )}
      {begun !== null && (
        <Form label="Confirm the second factor" action="Confirm" onSubmit={confirm}>
          <p><a href={begun.uri}>Open the app on this device</a>, or type the key: <code class="secret">{begun.secret}</code></p>
          <Field label="Code that the app shows" name="code" inputMode="numeric" autocomplete="one-time-code" required />
          <Field label="Name of the app, as “phone”" name="name" maxLength={120} />
        </Form>
      )}
    </section>
  );
}

interface SetUpProps {
  readonly studio: Studio;
  readonly state: State;
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onChanged: () => void;
}

function SetUp({ studio, state, onCodes, onChanged }: SetUpProps) {
  const renew = async ({ code = "" }: Fields): Promise<void> => {
    onCodes((await studio.client.call("auth.recovery_codes", { code })).recovery_codes);
    onChanged();
  };
  const takeOff = async ({ code = "" }: Fields): Promise<void> => {
    await studio.client.call("auth.totp_disable", { code });
    onChanged();
  };
  const takeOffOne = (app: string) => async ({ code = "" }: Fields): Promise<void> => {
    await studio.client.call("auth.totp_remove", { app, code });
    onChanged();
  };
  return (
    <>
      <p>Logins ask for a code. {state.recovery_codes_left} recovery codes are left.</p>
      {state.apps.length > 1 && (
        <ul class="list">
          {state.apps.map(({ id, name, since }) => (
            <li key={id}>
              <bdi>{nameOf(name)}</bdi> <small class="quiet">since {new Date(since).toLocaleDateString()}</small>
              <Form label={`Take off ${nameOf(name)}`} action="Take this app off" danger onSubmit={takeOffOne(id)}>
                <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required />
              </Form>
            </li>
          ))}
        </ul>
      )}
      <Form label="New recovery codes" action="Make new recovery codes" onSubmit={renew}>
        <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required />
      </Form>
      {!state.required && (
        <Form label="Take the second factor off" action="Take it off" danger onSubmit={takeOff}>
          <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required />
        </Form>
      )}
    </>
  );
}

const nameOf = (name: string): string => name || "An app without a name";
