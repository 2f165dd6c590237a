/** Logs out; a guest, who cannot log in again, is asked first. */

import type { Studio } from "../studio.js";

export async function logOut(studio: Studio): Promise<void> {
  try {
    const isGuest = studio.isGuest.peek() ?? (await studio.client.call("account.get", {})).is_guest;
    if (!isGuest) await studio.client.logout();
    else studio.question.value = {
      title: "Log out", action: "Log out", words: "You are here as a guest, without an account: once logged out you cannot come back as the same.",
      onYes: () => { studio.client.logout().catch((error: unknown) => studio.fail(error)); },
    };
  } catch (error) {
    studio.fail(error);
  }
}
