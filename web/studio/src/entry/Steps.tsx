/** The form of each step of an entrance. */

import { USERNAME_WORDS } from "../../../pages/failure_words.js";
import { Field, Form } from "../../../pages/Form.js";
import type { Entrance, Step } from "./entrance.js";

export function Steps({ entrance }: { entrance: Entrance }) {
  const step = entrance.step.value;
  switch (step.name) {
    case "login": return <Login entrance={entrance} />;
    case "register": return <Register entrance={entrance} />;
    case "guest": return <Guest entrance={entrance} />;
    case "code": return <Code entrance={entrance} challenge={step.challenge} />;
    case "set-up": return <SetUp entrance={entrance} step={step} />;
    case "recovery-codes": return <RecoveryCodes codes={step.codes} onDone={() => entrance.finish()} />;
    case "mail-sent": return <MailSent entrance={entrance} email={step.email} />;
  }
}

function Login({ entrance }: { entrance: Entrance }) {
  return (
    <>
      <Form label="Log in" action="Log in" onSubmit={(fields) => entrance.login(fields)}>
        <Field label="E-mail address" name="email" type="email" autocomplete="username" required takesFocus />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
      </Form>
      <div class="row">
        <Other entrance={entrance} step={{ name: "register" }}>Make an account</Other>
        <a href="/account#forgot">Forgotten the password?</a>
        <a href="/account">More ways to log in</a>
      </div>
    </>
  );
}

function Guest({ entrance }: { entrance: Entrance }) {
  return (
    <>
      <Form label="Come in as a guest" action="Come in" onSubmit={(fields) => entrance.enterAsGuest(fields)}>
        <Field label="Your name" name="name" autocomplete="name" required maxLength={100} hint="What others see. No account is needed." takesFocus />
      </Form>
      <div class="row">
        <Other entrance={entrance} step={{ name: "login" }}>I have an account</Other>
        <Other entrance={entrance} step={{ name: "register" }}>Make an account</Other>
      </div>
    </>
  );
}

function Register({ entrance }: { entrance: Entrance }) {
  return (
    <>
      <Form label="Make an account" action="Make the account" onSubmit={(fields) => entrance.register(fields)}>
        <Field label="Your name" name="name" autocomplete="name" maxLength={100} hint="What others see." takesFocus />
        <Field label="Username" name="username" autocomplete="username" required minLength={2} maxLength={32} hint={`${USERNAME_WORDS}.`} />
        <Field label="E-mail address" name="email" type="email" autocomplete="email" required />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required minLength={8} hint="8 characters or more." />
      </Form>
      <Other entrance={entrance} step={{ name: "login" }}>I have an account</Other>
    </>
  );
}

function Code({ entrance, challenge }: { entrance: Entrance; challenge: string }) {
  return (
    <>
      <Form label="Second factor" action="Go on" onSubmit={(fields) => entrance.enterCode(challenge, fields)}>
        <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required
          takesFocus hint="Of your authenticator app, or a recovery code." />
      </Form>
      <Other entrance={entrance} step={{ name: "login" }}>Back</Other>
    </>
  );
}

function SetUp({ entrance, step }: { entrance: Entrance; step: Extract<Step, { name: "set-up" }> }) {
  return (
    <>
      <p>This server asks everyone for a second factor. Add this key to an authenticator app, and type the code that it shows.</p>
      <p><a href={step.uri}>Open the app on this device</a>, or type the key: <code class="secret">{step.secret}</code></p>
      <Form label="Second factor" action="Go on" onSubmit={(fields) => entrance.confirm(step.challenge, fields)}>
        <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required takesFocus />
      </Form>
    </>
  );
}

/** Shown once: whoever loses the app logs in with one of them. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => Promise<void> | void }) {
  return (
    <Form label="Recovery codes" action="I have kept them" onSubmit={async () => { await onDone(); }}>
      <p>Keep these recovery codes: each logs you in once where you have lost the app. They are not shown again.</p>
      <ul class="codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
    </Form>
  );
}

function MailSent({ entrance, email }: { entrance: Entrance; email: string }) {
  return (
    <>
      <p>A mail waits for you at <bdi>{email}</bdi>: open its link, then log in here.</p>
      <Form label="Another mail" action="Send another mail" onSubmit={() => entrance.sendVerification(email)} />
      <Other entrance={entrance} step={{ name: "login" }}>Log in</Other>
    </>
  );
}

function Other({ entrance, step, children }: { entrance: Entrance; step: Step; children: string }) {
  return <button type="button" class="plain" onClick={() => { entrance.step.value = step; }}>{children}</button>;
}
