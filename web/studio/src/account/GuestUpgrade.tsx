/** A guest makes an account: the same user, to whom all stays (rule R73). */

import type { Calls } from "@prime/client";

import { Field, Form, type Fields } from "../../../pages/Form.js";
import type { Studio } from "../studio.js";

type Own = Calls["account.get"]["result"];

export function GuestUpgrade({ studio, onMade }: { studio: Studio; onMade: (own: Own) => void }) {
  const make = async ({ email = "", username = "", password = "" }: Fields): Promise<void> => {
    await studio.client.call("auth.upgrade_guest", { email, username, password });
    const ownAccount = await studio.client.call("account.get", {});
    studio.isGuest.value = ownAccount.is_guest;
    studio.tell(ownAccount.email === null ? `A mail waits for you at ${email}: open its link, and the address is your account's.` : "You have an account now: log in with it wherever you are.");
    onMade(ownAccount);
  };
  return (
    <section class="card">
      <h2>Make an account</h2>
      <p>You are here as a guest: only this browser knows you, and who logs out cannot come back as the same. With an account you can, and all that you did stays yours.</p>
      <Form label="Make an account" action="Make the account" onSubmit={make}>
        <Field label="Username" name="username" autocomplete="username" required minLength={2} maxLength={32} />
        <Field label="E-mail address" name="email" type="email" autocomplete="email" required />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required minLength={8} hint="8 characters or more." />
      </Form>
    </section>
  );
}
