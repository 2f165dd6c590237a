/** The two subprotocols: how a frame and a state are read, and how a message is written. */

import { utf8Of } from "../growing_bytes.js";
import { type PlainMap, isMap, withSafeMaps } from "../maps.js";
import type { ClientMessage } from "../schema/types.js";
import { BrokenFrame, decode, encode } from "./message_pack.js";

export interface Codec {
  readonly subprotocol: "prime.v1.msgpack" | "prime.v1.json";
  /** A frame to a message: a map with `t`. Throws `BrokenFrame`. */
  read(frame: string | Uint8Array): PlainMap;
  write(message: ClientMessage): string | Uint8Array;
  /** The bytes of a state, inflated, to collection -> id -> entity. Throws `BrokenFrame`. */
  readState(bytes: Uint8Array): PlainMap;
}

export const MESSAGE_PACK: Codec = {
  subprotocol: "prime.v1.msgpack",
  read: (frame) => asMap(typeof frame === "string" ? broken("a text frame") : decode(frame)),
  write: encode,
  readState: (bytes) => asMap(decode(bytes)),
};

export const JSON_TEXT: Codec = {
  subprotocol: "prime.v1.json",
  read: (frame) => asMap(typeof frame === "string" ? parsed(frame) : broken("a binary frame")),
  write: (message) => JSON.stringify(message),
  readState: (bytes) => asMap(parsed(new TextDecoder().decode(bytes))),
};

/** A message to a frame, and how many bytes that has. */
export function frameOf(codec: Codec, message: ClientMessage): { frame: string | Uint8Array; bytes: number } {
  const frame = codec.write(message);
  return { frame, bytes: (typeof frame === "string" ? utf8Of(frame) : frame).length };
}

function asMap(value: unknown): PlainMap {
  return isMap(value) ? value : broken("a frame that holds no map");
}

function parsed(text: string): unknown {
  try {
    return withSafeMaps(JSON.parse(text));
  } catch {
    return broken("a text that is no JSON");
  }
}

function broken(what: string): never {
  throw new BrokenFrame(`the server sent ${what}`);
}
