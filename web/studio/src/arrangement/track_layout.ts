/** Which clips a track shows in its row, and where rows are. */

import { trackTree, type Readable } from "@prime/client";

import { endOf, rowsOf, type Row } from "./track_rows.js";
import { heightOfLanes } from "./lanes/lane_rows.js";

/** Up to how many tracks rows are how high, in pixels. */
const ROW_HEIGHTS = [[8, 52], [14, 40], [Infinity, 30]] as const;

/** In pixels: a finger needs so much. */
const LEAST_PHONE_HEIGHT = 44;

/** In pixels, of each row of a song with so many tracks. */
export function rowHeightFor(tracks: number, isPhone: boolean): number {
  const height = ROW_HEIGHTS.find(([most]) => tracks <= most)![1];
  return isPhone ? Math.max(LEAST_PHONE_HEIGHT, height) : height;
}

export interface PlacedClip {
  readonly id: string;
  readonly time: number;
  readonly end: number;
}

export class TrackLayout {
  /** One below the other; null: to be made anew. */
  private rowsNow: readonly Row[] | null = null;
  /** Track -> its clips by time, of those that were asked for. */
  private readonly clipsByTrack = new Map<string, readonly PlacedClip[]>();
  /** Clip -> the track that it was last seen on. */
  private readonly tracks = new Map<string, string>();

  /** Track -> its row, and its place in the tree, groups that are folded included; null: to be made anew. */
  private placesNow: { readonly rows: ReadonlyMap<string, Row>; readonly tree: ReadonlyMap<string, number> } | null = null;

  /** `automated`: tracks whose automation is shown below them. */
  constructor(private readonly song: Readable, private folded: ReadonlySet<string>, private rowHeight: number, private automated: ReadonlySet<string> = new Set()) {}

  get rows(): readonly Row[] {
    if (this.rowsNow === null) {
      const tree = trackTree(this.song);
      const below = new Map([...this.automated].map((track) => [track, heightOfLanes(this.song, track)]));
      this.rowsNow = rowsOf(tree, this.folded, new Map(tree.map(({ id }) => [id, this.rowHeight])), below);
    }
    return this.rowsNow;
  }

  get height(): number {
    const last = this.rows.at(-1);
    return last === undefined ? 0 : endOf(last);
  }

  fold(folded: ReadonlySet<string>): void {
    this.folded = folded;
    this.rowsNow = this.placesNow = null;
  }

  showLanes(automated: ReadonlySet<string>): void {
    this.automated = automated;
    this.rowsNow = this.placesNow = null;
  }

  /** Of all rows, in pixels. */
  resize(rowHeight: number): void {
    this.rowHeight = rowHeight;
    this.rowsNow = this.placesNow = null;
  }

  rowOf(track: string): Row | undefined {
    return this.places.rows.get(track);
  }

  /** How many tracks are in front of it, those in folded groups included: its colour hangs on that. */
  placeOf(track: string): number {
    return this.places.tree.get(track) ?? 0;
  }

  isGroup(track: string): boolean {
    return this.song.by("tracks", "parent", track).size > 0;
  }

  /** The tracks in a group and in its groups, without those. */
  inside(group: string): string[] {
    return [...this.song.by("tracks", "parent", group)].flatMap((id) => (this.isGroup(id) ? this.inside(id) : [id]));
  }

  private get places(): NonNullable<TrackLayout["placesNow"]> {
    this.placesNow ??= {
      rows: new Map(this.rows.map((row) => [row.id, row])),
      tree: new Map(trackTree(this.song).map(({ id }, place) => [id, place])),
    };
    return this.placesNow;
  }

  /** Those in the arrangement, not the ones that wait in a launcher's slot; the later one is drawn on top. */
  clipsOf(track: string): readonly PlacedClip[] {
    let clips = this.clipsByTrack.get(track);
    if (clips === undefined) this.clipsByTrack.set(track, (clips = this.placed(track)));
    return clips;
  }

  /** Collection -> ids that may have changed; null: all of it. */
  forget(touched: ReadonlyMap<string, ReadonlySet<string>> | null): void {
    if (touched === null || touched.has("tracks") || (touched.has("lanes") && this.automated.size > 0)) this.rowsNow = this.placesNow = null;
    if (touched === null) {
      this.clipsByTrack.clear();
      this.tracks.clear();
      return;
    }
    for (const id of touched.get("clips") ?? []) {
      for (const track of [this.tracks.get(id), this.song.get("clips", id)?.track]) {
        if (track !== undefined) this.clipsByTrack.delete(track);
      }
    }
  }

  private placed(track: string): PlacedClip[] {
    const clips: PlacedClip[] = [];
    for (const id of this.song.by("clips", "track", track)) {
      const clip = this.song.get("clips", id);
      this.tracks.set(id, track);
      if (clip !== undefined && clip.slot === null) clips.push({ id, time: clip.time, end: clip.time + clip.duration });
    }
    return clips.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }
}
