/** Who is on which track. */

import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Live, Member, Stop } from "@prime/client";

/** More of them than so many are not shown on one track. */
const MOST = 4;

/** Hands go from track to track; who is where is looked at once in so long. */
const EVERY_MS = 250;

export class PeopleOnTracks {
  /** Track -> the first few whose cursor is on it; another list when other people are. */
  private readonly tracks = new Map<string, Signal<readonly Member[]>>();

  constructor(private readonly everyMs = EVERY_MS) {}

  of(track: string): ReadonlySignal<readonly Member[]> {
    return this.signalOf(track);
  }

  /** Until `Stop`. */
  follow(others: Live<readonly Member[]>): Stop {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = others.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = null;
        this.look(others.value);
      }, this.everyMs);
    });
    this.look(others.value);
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }

  private look(others: readonly Member[]): void {
    const peopleByTrack = byTrack(others);
    for (const track of peopleByTrack.keys()) this.signalOf(track);
    for (const [track, { value: was }] of this.tracks) {
      const peopleHere = peopleByTrack.get(track) ?? NOBODY;
      if (!areAlike(was, peopleHere)) this.signalOf(track).value = peopleHere;
    }
  }

  private signalOf(track: string): Signal<readonly Member[]> {
    let peopleHere = this.tracks.get(track);
    if (peopleHere === undefined) this.tracks.set(track, (peopleHere = signal(NOBODY)));
    return peopleHere;
  }
}

const NOBODY: readonly Member[] = [];

/** Whether what is shown of them is the same. */
function areAlike(some: readonly Member[], others: readonly Member[]): boolean {
  return some.length === others.length && some.every(({ member, name, color }, at) => {
    const otherMember = others[at]!;
    return member === otherMember.member && name === otherMember.name && color === otherMember.color;
  });
}

function byTrack(others: readonly Member[]): ReadonlyMap<string, readonly Member[]> {
  const peopleByTrack = new Map<string, Member[]>();
  for (const member of others) {
    const track = member.presence.cursor?.track;
    if (track == null) continue;
    const peopleThere = peopleByTrack.get(track);
    if (peopleThere === undefined) peopleByTrack.set(track, [member]);
    else if (peopleThere.length < MOST && !peopleThere.some(({ user }) => user === member.user)) peopleThere.push(member); // in another tab
  }
  return peopleByTrack;
}
