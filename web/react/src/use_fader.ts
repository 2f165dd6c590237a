/** A fader that is ridden: others see it move, and its end is one edit, one step of undo. */

import type { Collection, Edit, Entities, Gesture, Room } from "../../sdk/src/index.js";
import { useEffect, useMemo, useState } from "./library.js";
import { useJoinedRoom } from "./providing.js";
import { useShown } from "./use_entities.js";

/** The properties of a collection that are numbers. */
export type Numeric<C extends Collection> = {
  [Name in keyof Entities[C]]: Entities[C][Name] extends number ? Name : never
}[keyof Entities[C]] & string;

export interface Fader {
  /** While we ride it, what we have set; else what others show, else what is stored. null: the entity is not there. */
  readonly value: number | null;
  /** The `member` of another one who moves it just now. */
  readonly by: string | null;
  /** As often as it moves; the first one begins the ride. The same functions each time. */
  readonly to: (value: number) => void;
  /** Stores the last value as one edit; nothing if it has not moved. */
  readonly end: () => void;
  /** Nothing is stored, and everyone sees what was before. */
  readonly cancel: () => void;
}

/** One number of an entity under a hand. Whoever is unmounted within a ride has cancelled it. */
export function useFader<C extends Collection>(collection: C, id: string, property: Numeric<C>): Fader {
  const room = useJoinedRoom();
  const { entity, by } = useShown(collection, id);
  const [mine, setMine] = useState<number | null>(null);
  const ride = useMemo(() => new Ride(room, collection, id, property, setMine), [room, collection, id, property]);
  useEffect(() => ride.cancel, [ride]);
  const stored = entity === undefined ? null : (entity[property] as number);
  return { value: stored === null ? null : (mine ?? stored), by, to: ride.to, end: ride.end, cancel: ride.cancel };
}

class Ride<C extends Collection> {
  /** From the first move to the end. */
  private gesture: Gesture<Edit> | null = null;

  constructor(
    private readonly room: Room, private readonly collection: C, private readonly id: string, private readonly property: Numeric<C>,
    private readonly show: (value: number | null) => void,
  ) {}

  readonly to = (value: number): void => {
    this.gesture ??= this.room.gesture();
    this.gesture.set(this.collection, this.id, { [this.property]: value } as Partial<Entities[C]>);
    this.show(value);
  };

  readonly end = (): void => {
    this.gesture?.end();
    this.over();
  };

  readonly cancel = (): void => {
    this.gesture?.cancel();
    this.over();
  };

  private over(): void {
    if (this.gesture === null) return;
    this.gesture = null;
    this.show(null);
  }
}
