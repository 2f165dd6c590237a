/** Who is in the room, and where they are. */

import { Live } from "../live.js";
import type { Member, Presence, ServerMessage } from "../schema/types.js";
import { Names } from "./user_names.js";

export class Members {
  /** All but ourselves, in the order in which they came; a new list with each change. No two users have one name. */
  readonly others = new Live<readonly Member[]>([]);
  readonly names = new Names();

  hear(message: ServerMessage, you: string): void {
    switch (message.t) {
      case "joined": return this.others.set(message.members.map((who) => this.named(who)).filter(({ member }) => member !== you));
      case "member_joined": return this.enter(message.member, you);
      case "member_left": return this.others.set(this.others.value.filter(({ member }) => member !== message.member));
      case "role_changed":
        if (message.role === null) return;
        return this.change(({ user }) => user === message.user, { role: message.role });
      case "tick": return this.take(message.moved);
    }
  }

  private enter(who: Member, you: string): void {
    const others = this.others.value.filter(({ member }) => member !== who.member);
    const ownMember = this.named(who); // our own name is taken, too
    if (who.member !== you) this.others.set([...others, ownMember]);
  }

  private named(who: Member): Member {
    return { ...who, name: this.names.of(who.user, who.name) };
  }

  private take(moved: { [member: string]: Presence }): void {
    const hasOthersMoved = this.others.value.some(({ member }) => Object.hasOwn(moved, member));
    if (!hasOthersMoved) return;
    this.others.set(
      this.others.value.map((who) => {
        const news = moved[who.member];
        return news === undefined ? who : { ...who, presence: { ...who.presence, ...news } };
      }),
    );
  }

  private change(which: (who: Member) => boolean, news: Partial<Member>): void {
    this.others.set(this.others.value.map((who) => (which(who) ? { ...who, ...news } : who)));
  }
}
