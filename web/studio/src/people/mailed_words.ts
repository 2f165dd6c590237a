/** What is told of an invitation by mail once it is made. */

import type { Calls } from "@prime/client";

type Made = Pick<Calls["invitations.create"]["result"], "is_mailed">;

/** Without `is_mailed` the answer is of an older server, which does not say. */
export function mailedInWords({ is_mailed }: Made, email: string): string {
  return is_mailed === false ? "This server sends no mails: make a link and hand it on." : `A mail with the invitation goes to ${email}.`;
}
