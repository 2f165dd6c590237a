/** Logs out; a guest, who cannot log in again, is asked first. */

import type { Studio } from "../studio.js";

const QUESTION = "You are here as a guest, without an account: once logged out you cannot come back as the same. Log out?";

export async function logOut(studio: Studio): Promise<void> {
  try {
    const { is_guest } = await studio.client.call("account.get", {});
    if (!is_guest || confirm(QUESTION)) await studio.client.logout();
  } catch (error) {
    studio.fail(error);
  }
}
