/** What roles are called, and what each may do. */

import type { Role } from "@prime/client";

export const ROLE_WORDS: { readonly [role in Role]: { readonly title: string; readonly may: string } } = {
  owner: { title: "Owner", may: "may edit, invite, and change the project" },
  editor: { title: "Editor", may: "may edit all of it" },
  contributor: { title: "Contributor", may: "may edit the tracks that an owner names" },
  commenter: { title: "Commenter", may: "may look and listen" },
  viewer: { title: "Viewer", may: "may look and listen" },
};

/** Whether the role edits at all; a word that is not known reads (rule R1). */
export function mayEdit(role: string): boolean {
  return role === "contributor" || mayEditAll(role);
}

/** Whether the role edits all of the song: only such make, name and restore snapshots. */
export function mayEditAll(role: string): boolean {
  return role === "owner" || role === "editor";
}

/** What members can be made: a contributor's tracks cannot be named here, and a guest owns nothing (rule R72). */
export function rolesFor(isGuest: boolean, now: Role): readonly Role[] {
  const roles: Role[] = isGuest ? ["editor", "commenter", "viewer"] : ["owner", "editor", "commenter", "viewer"];
  return roles.includes(now) ? roles : [...roles, now];
}
