/** That we leave a project by ourselves: who hears that they are out is told so, in all tabs of this browser. */

import { browserTexts } from "../../../sdk/src/keeping/stored_text.js";

function keyOf(project: string): string {
  return `prime.leaving.${project}`;
}

/** Before the server is asked: another tab may hear of it first. `user`: who leaves; null: nobody does. */
export function keepLeaving(project: string, user: string | null): void {
  browserTexts.keep(keyOf(project), user);
}

/** Whether it was `user` who left, and no owner who put them out. */
export function hasLeft(project: string, user: string): boolean {
  return browserTexts.read(keyOf(project)) === user;
}
