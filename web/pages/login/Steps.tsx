/** The form of each step of a login. */

import { USERNAME_WORDS } from "../failure_words.js";
import { Field, Form } from "../Form.js";
import type { LoginSteps, Step } from "./login_steps.js";

export function Steps({ steps }: { steps: LoginSteps }) {
  const step = steps.step.value;
  switch (step.name) {
    case "login": return <Login steps={steps} />;
    case "register": return <Register steps={steps} />;
    case "code": return <Code steps={steps} challenge={step.challenge} />;
    case "set-up": return <SetUp steps={steps} step={step} />;
    case "recovery-codes": return <RecoveryCodes codes={step.codes} onDone={() => steps.finish()} />;
    case "mail-sent": return <MailSent steps={steps} email={step.email} />;
  }
}

function Login({ steps }: { steps: LoginSteps }) {
  return (
    <>
      <Form label="Log in" action="Log in" onSubmit={(fields) => steps.login(fields)}>
        <Field label="E-mail address" name="email" type="email" autocomplete="username" required takesFocus />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
      </Form>
      <div class="row">
        <Other steps={steps} step={{ name: "register" }}>Make an account</Other>
        <a href="/account#forgot">Forgotten the password?</a>
        <a href="/account">More ways to log in</a>
      </div>
    </>
  );
}

function Register({ steps }: { steps: LoginSteps }) {
  return (
    <>
      <Form label="Make an account" action="Make the account" onSubmit={(fields) => steps.register(fields)}>
        <Field label="Your name" name="name" autocomplete="name" maxLength={100} hint="What others see." takesFocus />
        <Field label="Username" name="username" autocomplete="username" required minLength={2} maxLength={32} hint={`${USERNAME_WORDS}.`} />
        <Field label="E-mail address" name="email" type="email" autocomplete="email" required />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required minLength={8} hint="8 characters or more." />
      </Form>
      <Other steps={steps} step={{ name: "login" }}>I have an account</Other>
    </>
  );
}

function Code({ steps, challenge }: { steps: LoginSteps; challenge: string }) {
  return (
    <>
      <Form label="Second factor" action="Go on" onSubmit={(fields) => steps.enterCode(challenge, fields)}>
        <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required
          takesFocus hint="Of your authenticator app, or a recovery code." />
      </Form>
      <Other steps={steps} step={{ name: "login" }}>Back</Other>
    </>
  );
}

function SetUp({ steps, step }: { steps: LoginSteps; step: Extract<Step, { name: "set-up" }> }) {
  return (
    <>
      <p>This server asks everyone for a second factor. Add this key to an authenticator app, and type the code that it shows.</p>
      <p><a href={step.uri}>Open the app on this device</a>, or type the key: <code class="secret">{step.secret}</code></p>
      <Form label="Second factor" action="Go on" onSubmit={(fields) => steps.confirm(step.challenge, fields)}>
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

function MailSent({ steps, email }: { steps: LoginSteps; email: string }) {
  return (
    <>
      <p>A mail waits for you at <bdi>{email}</bdi>: open its link, then log in here.</p>
      <Form label="Another mail" action="Send another mail" onSubmit={() => steps.sendVerification(email)} />
      <Other steps={steps} step={{ name: "login" }}>Log in</Other>
    </>
  );
}

function Other({ steps, step, children }: { steps: LoginSteps; step: Step; children: string }) {
  return <button type="button" class="plain" onClick={() => { steps.step.value = step; }}>{children}</button>;
}
