/** Come in with no more than a name. */

import { Field, Form } from "../../../pages/Form.js";
import type { Entrance } from "./entrance.js";

export function Guest({ entrance }: { entrance: Entrance }) {
  return (
    <>
      <Form label="Come in as a guest" action="Come in" onSubmit={(fields) => entrance.enterAsGuest(fields)}>
        <Field label="Your name" name="name" autocomplete="name" required maxLength={100} hint="What others see. No account is needed." takesFocus />
      </Form>
      <div class="row">
        <button type="button" class="plain" onClick={() => entrance.takeAccount("login")}>I have an account</button>
        <button type="button" class="plain" onClick={() => entrance.takeAccount("register")}>Make an account</button>
      </div>
    </>
  );
}
