/** What an invitation is for, and for who is logged in a button that takes it. */

import { Form } from "../../../pages/Form.js";
import { ROLE_WORDS } from "../people/roles.js";
import type { Studio } from "../studio.js";
import type { Shown } from "./entrance.js";

export function Invitation({ studio, shown, isIn }: { studio: Studio; shown: Shown; isIn: boolean }) {
  const accept = async (): Promise<void> => {
    const token = studio.invitation.value;
    if (token !== null) await studio.client.call("invitations.accept", { token });
    await studio.goOn(shown.project);
  };
  return (
    <section aria-label="Invitation">
      <p>
        <bdi>{(shown.inviter.name || shown.inviter.username).slice(0, 80)}</bdi> invites you
        to <strong><bdi>{shown.name.slice(0, 120)}</bdi></strong>: you {ROLE_WORDS[shown.role].may}.
      </p>
      {isIn && <Form label="Take the invitation" action="Open the project" onSubmit={accept} />}
    </section>
  );
}
