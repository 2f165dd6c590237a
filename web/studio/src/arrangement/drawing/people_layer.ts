/** Draws where the others are: cursors with names, play heads, what they have selected; and our own play head. */

import type { Member, Presence } from "@prime/client";

import { ON_COLOUR, safeColour } from "../../people/colours.js";
import { xOf, type Axis } from "../../timeline/axis.js";
import type { Row } from "../track_rows.js";
import { placed, TAG_HEIGHT } from "./name_tags.js";
import { isolated, LETTERS } from "../../canvas/letters.js";
import { RULER_HEIGHT } from "./ruler.js";

/** More names than so many clutter: then only who has just done something has one. */
export const MOST_NAMES = 12;

/** In a crowd a name stays for so long after its member selected something or took another tool. */
const NAME_MS = 2_000;

/** A name is shown to a mouse so near its cursor. */
const HOVER_PIXELS = 28;

/** A cursor goes to where it was seen in about so long: its next place comes before it is there, so it never stands still between two. */
const EASE_MS = 60;

/** Of the first frame after a rest, and the most that counts of a frame that came late: a cursor glides on, and does not jump. */
const [FRAME_MS, LATEST_MS] = [16, 50];

export interface PeopleScene {
  readonly axis: Axis;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly others: readonly Member[];
  readonly rowOf: (track: string) => Row | undefined;
  /** Where a clip is drawn: left, top, width, height. */
  readonly clipBox: (clip: string) => readonly [number, number, number, number] | null;
  readonly playhead: number;
  readonly accent: string;
  /** Whether cursors may glide. */
  readonly glides: boolean;
  /** Our own mouse; null: it is elsewhere. */
  readonly mouse: readonly [x: number, y: number] | null;
}

/** A name to be drawn beside its cursor. */
interface Named {
  readonly text: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Seen {
  x: number;
  y: number;
  /** What its member had selected and held when it was drawn last. */
  selection: Presence["selection"];
  tool: Presence["tool"];
  /** When that last changed, in milliseconds of the page's clock. */
  actedAt: number;
}

export class PeopleLayer {
  /** Member -> where its cursor is drawn. */
  private readonly seen = new Map<string, Seen>();
  /** Names of this frame. */
  private names: Named[] = [];
  /** When the last frame was drawn, if something still moved in it; null: it rested. */
  private movedAt: number | null = null;

  constructor(private readonly paint: CanvasRenderingContext2D) {}

  /** Returns whether something still moves, so that another frame is needed. */
  draw(scene: PeopleScene, now: number): boolean {
    const { paint } = this;
    paint.clearRect(0, 0, scene.width, scene.height);
    paint.font = `600 11px ${LETTERS}`;
    this.names = [];
    paint.textBaseline = "middle";
    let moves = false;
    for (const member of scene.others) {
      this.drawSelection(scene, member);
      this.drawPlayhead(scene, member.presence.playhead?.time ?? null, safeColour(member.color), 0.7);
    }
    const passed = this.movedAt === null ? FRAME_MS : Math.min(LATEST_MS, Math.max(0, now - this.movedAt));
    const part = scene.glides ? 1 - Math.exp(-passed / EASE_MS) : 1;
    for (const member of scene.others) moves = this.drawCursor(scene, member, now, part) || moves;
    this.movedAt = moves ? now : null;
    this.drawNames();
    this.drawPlayhead(scene, scene.playhead, scene.accent, 1);
    this.forgetWhoLeft(scene.others);
    return moves;
  }

  private drawSelection(scene: PeopleScene, { presence, color }: Member): void {
    const { paint } = this;
    paint.strokeStyle = paint.fillStyle = safeColour(color);
    paint.lineWidth = 2;
    for (const id of (presence.selection ?? []).slice(0, 200)) {
      const box = scene.clipBox(id);
      if (box === null || box[0] > scene.width || box[0] + box[2] < 0 || box[1] < RULER_HEIGHT - box[3]) continue;
      paint.beginPath();
      paint.roundRect(box[0] + 1, box[1], Math.max(2, box[2] - 1), box[3], 4);
      paint.globalAlpha = 0.16;
      paint.fill();
      paint.globalAlpha = 1;
      paint.stroke();
    }
  }

  private drawPlayhead(scene: PeopleScene, time: number | null, colour: string, strength: number): void {
    if (time === null) return;
    const x = Math.round(xOf(scene.axis, time));
    if (x < 0 || x > scene.width) return;
    const { paint } = this;
    paint.fillStyle = colour;
    paint.globalAlpha = strength;
    paint.fillRect(x, RULER_HEIGHT - 10, strength === 1 ? 2 : 1, scene.height - RULER_HEIGHT + 10);
    paint.globalAlpha = 1;
    paint.beginPath();
    paint.moveTo(x - 5, RULER_HEIGHT - 11);
    paint.lineTo(x + 6, RULER_HEIGHT - 11);
    paint.lineTo(x + 0.5, RULER_HEIGHT - 2);
    paint.fill();
  }

  /** `part`: of its way, that a cursor goes in this frame. */
  private drawCursor(scene: PeopleScene, member: Member, now: number, part: number): boolean {
    const { cursor, tool } = member.presence;
    if (cursor == null) return false;
    const target = this.target(scene, cursor);
    const memberSeen = this.seenOf(member, target, now);
    memberSeen.x += (target[0] - memberSeen.x) * part;
    memberSeen.y += (target[1] - memberSeen.y) * part;
    if (memberSeen.x < -20 || memberSeen.x > scene.width + 20 || memberSeen.y < 0) return false;
    const isCrowd = scene.others.length > MOST_NAMES;
    const hasActed = now - memberSeen.actedAt < NAME_MS;
    this.drawArrow(memberSeen.x, memberSeen.y, safeColour(member.color));
    if (!isCrowd || hasActed || isNear(scene.mouse, memberSeen)) this.name(`${member.name.slice(0, 24)}${tool ? ` · ${tool.slice(0, 16)}` : ""}`, memberSeen, safeColour(member.color));
    return Math.abs(target[0] - memberSeen.x) + Math.abs(target[1] - memberSeen.y) > 0.5 || (isCrowd && hasActed);
  }

  private target(scene: PeopleScene, cursor: { time: number; track?: string | null; y?: number }): [number, number] {
    const row = cursor.track == null ? undefined : scene.rowOf(cursor.track);
    const within = Math.min(1, Math.max(0, cursor.y ?? 0.5));
    const y = row === undefined ? RULER_HEIGHT * within : RULER_HEIGHT + row.top - scene.top + row.height * within;
    return [xOf(scene.axis, cursor.time), y];
  }

  private seenOf({ member, presence: { selection, tool } }: Member, [x, y]: [number, number], now: number): Seen {
    const memberSeen = this.seen.get(member);
    if (memberSeen === undefined) {
      const memberNow = { x, y, selection, tool, actedAt: -Infinity };
      this.seen.set(member, memberNow);
      return memberNow;
    }
    if (memberSeen.selection !== selection || memberSeen.tool !== tool) Object.assign(memberSeen, { selection, tool, actedAt: now });
    return memberSeen;
  }

  private drawArrow(x: number, y: number, colour: string): void {
    const { paint } = this;
    paint.beginPath();
    paint.moveTo(x, y);
    paint.lineTo(x + 4, y + 12);
    paint.lineTo(x + 6.5, y + 7);
    paint.lineTo(x + 11.5, y + 6);
    paint.closePath();
    paint.fillStyle = colour;
    paint.fill();
    paint.strokeStyle = ON_COLOUR;
    paint.lineWidth = 1;
    paint.stroke();
  }

  private name(words: string, { x, y }: { readonly x: number; readonly y: number }, colour: string): void {
    const text = isolated(words);
    this.names.push({ text, colour, x: x + 10, y: y + 12, width: this.paint.measureText(text).width + 12 });
  }

  private drawNames(): void {
    const { paint } = this;
    placed(this.names).forEach(({ x, y, width }, at) => {
      const { text, colour } = this.names[at]!;
      paint.fillStyle = colour;
      paint.beginPath();
      paint.roundRect(x, y, width, TAG_HEIGHT, [2, 9, 9, 9]);
      paint.fill();
      paint.fillStyle = ON_COLOUR;
      paint.fillText(text, x + 6, y + TAG_HEIGHT / 2 + 0.5);
    });
  }

  private forgetWhoLeft(others: readonly Member[]): void {
    if (this.seen.size <= others.length) return;
    const membersHere = new Set(others.map(({ member }) => member));
    for (const member of this.seen.keys()) if (!membersHere.has(member)) this.seen.delete(member);
  }
}

function isNear(mouse: readonly [number, number] | null, { x, y }: { readonly x: number; readonly y: number }): boolean {
  return mouse !== null && Math.hypot(mouse[0] - x, mouse[1] - y) < HOVER_PIXELS;
}
