/** Names by which the users of a room are told apart: the second "Ada" is "Ada (2)" for as long as we are here. */

/** What stands in front of a number is cut to so many characters: the number is seen wherever names are cut. */
const MOST_NUMBERED = 16;

const UNSEEN = /[\p{Cf}\p{Cc}]/gu;
const SPACES = /\p{Z}+/gu;

export class Names {
  /** A name as it is read -> whose it is. */
  private readonly owners = new Map<string, string>();
  /** User and name -> what is shown. */
  private readonly shown = new Map<string, string>();

  /** In the order in which users are first asked for; the devices of one user have one name. */
  of(user: string, name: string): string {
    const key = `${user}/${name}`;
    let shown = this.shown.get(key);
    if (shown === undefined) this.shown.set(key, (shown = this.free(user, name)));
    return shown;
  }

  private free(user: string, name: string): string {
    let shown = name;
    for (let number = 2; ; number += 1) {
      const owner = this.owners.get(asRead(shown));
      if (owner === undefined || owner === user) break;
      shown = `${name.length > MOST_NUMBERED ? `${[...name].slice(0, MOST_NUMBERED - 1).join("")}…` : name} (${number})`;
    }
    this.owners.set(asRead(shown), user);
    return shown;
  }
}

/** Two names of which this is the same look alike. */
export function asRead(name: string): string {
  return name.normalize("NFKC").replace(UNSEEN, "").replace(SPACES, " ").trim().toLowerCase();
}
