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
  return role === "owner" || role === "editor" || role === "contributor";
}
