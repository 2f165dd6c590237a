/** Why an invitation lets nobody in, and what to do then. */

/** "closed": nobody is let in by it (any more). "foreign": it is for the account of another address. */
export type Refusal = "closed" | "foreign";

const WHY: { readonly [refusal in Refusal]: string } = {
  closed: "This invitation is not good any more, or never was: it was used by as many as it was for, has run out, or was withdrawn.",
  foreign: "This invitation was mailed to another address than that of your account.",
};

/** `name`: of who is logged in; null: nobody is. */
export function refusalInWords(refusal: Refusal, name: string | null): string {
  const as = name === null ? "" : ` You are logged in as ${name.slice(0, 60)}.`;
  if (refusal === "foreign") return `${WHY.foreign}${as} Log in with the account of that address, or ask for a link instead.`;
  const before = name === null ? "If you came by it before, log in, and the project opens." : "If you came by it with another account, log in with that one.";
  return `${WHY.closed}${as} Ask whoever sent you the link for another one. ${before}`;
}
