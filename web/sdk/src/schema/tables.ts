// Made by `python -m schema.generate` from schema/: change it there.

import type { Collection, ErrorCode, Method } from "./types.js";

/** After an error: `wait` and ask again, `mend` what is wrong with it, or `give up`. */
export type Retry = "give up" | "mend" | "wait";

/** What to do after an error (rule E11): the last column of the table of errors. */
export const RETRY: { readonly [code in ErrorCode]: Retry } = {
  "bad_message": "mend",
  "unknown_message": "give up",
  "unsupported_version": "give up",
  "auth_required": "mend",
  "auth_failed": "mend",
  "token_expired": "mend",
  "second_factor_required": "mend",
  "second_factor_missing": "mend",
  "link_required": "mend",
  "login_too_old": "mend",
  "address_unverified": "mend",
  "forbidden": "give up",
  "not_found": "give up",
  "not_joined": "mend",
  "validation": "mend",
  "conflict": "mend",
  "taken": "mend",
  "archived": "give up",
  "limit_reached": "mend",
  "rate_limited": "wait",
  "unavailable": "wait",
  "position_ahead": "mend",
  "id_reused": "mend",
  "op_invalid": "mend",
  "op_exists": "mend",
  "op_cycle": "mend",
  "nothing_to_undo": "give up",
  "nothing_to_redo": "give up",
  "compacted": "give up",
  "snapshot_damaged": "give up",
  "not_done": "mend",
  "internal": "wait"
};

export interface CloseCode {
  readonly name: string;
  /** Of those after which one does not come back, from FIRST_FINAL_CODE on (rule X1). */
  readonly meaning?: string;
}

/** Why a server closes a connection. */
export const CLOSE_CODES: { readonly [code: number]: CloseCode } = {
  "1012": {
    "name": "restarting"
  },
  "1013": {
    "name": "overloaded"
  },
  "4002": {
    "name": "silent"
  },
  "4003": {
    "name": "token_expired"
  },
  "4004": {
    "name": "rate_limited"
  },
  "4005": {
    "name": "too_many_connections"
  },
  "4006": {
    "name": "no_hello"
  },
  "4500": {
    "name": "replaced",
    "meaning": "The same user on the same device connected again."
  },
  "4501": {
    "name": "session_revoked",
    "meaning": "This login was ended; log in again."
  },
  "4503": {
    "name": "bad_messages",
    "meaning": "Too many frames that hold no message; correct the client."
  },
  "4506": {
    "name": "unsupported_version",
    "meaning": "No common protocol version; update the client."
  },
  "4507": {
    "name": "auth_failed",
    "meaning": "The token of hello is not valid; log in again."
  }
};

export const FIRST_FINAL_CODE = 4500;

/** Calls that change nothing: they may be asked again. */
export const READS: readonly Method[] = [
  "account.get",
  "audio_files.count",
  "audio_files.get",
  "audio_files.list",
  "audio_files.stems",
  "audit.count",
  "audit.list",
  "auth_sessions.count",
  "auth_sessions.get",
  "auth_sessions.list",
  "history.at",
  "history.blame",
  "history.list",
  "history.ops",
  "invitations.count",
  "invitations.get",
  "invitations.list",
  "invitations.look",
  "members.count",
  "members.list",
  "operator.audit",
  "operator.closed_rooms",
  "operator.events",
  "operator.health",
  "operator.logins",
  "operator.nodes",
  "operator.room",
  "operator.rooms",
  "operator.sizes",
  "operator.slow_calls",
  "presets.count",
  "presets.get",
  "presets.list",
  "projects.count",
  "projects.get",
  "projects.list",
  "recall.count",
  "recall.export",
  "recall.get",
  "recall.list",
  "recall.suggest",
  "session_states.count",
  "session_states.get",
  "session_states.list",
  "session_stays.count",
  "session_stays.list",
  "sessions.count",
  "sessions.get",
  "sessions.history",
  "sessions.list",
  "snapshots.count",
  "snapshots.diff",
  "snapshots.get",
  "snapshots.list",
  "snapshots.state",
  "timeline.beats",
  "timeline.between",
  "timeline.seconds",
  "users.count",
  "users.get",
  "users.list",
  "whole_audit.count",
  "whole_audit.list"
];

/** Calls that are done once by their key (C10): they may be asked again with it. */
export const WRITES: readonly Method[] = [
  "account.update",
  "audio_files.create",
  "audio_files.delete",
  "audio_files.set_status",
  "audio_files.update",
  "auth_sessions.rename",
  "auth_sessions.revoke",
  "batch",
  "invitations.accept",
  "invitations.withdraw",
  "members.grant",
  "members.join",
  "members.revoke",
  "presets.copy",
  "presets.create",
  "presets.delete",
  "presets.publish",
  "presets.unpublish",
  "presets.update",
  "presets.use",
  "projects.archive",
  "projects.create",
  "projects.update",
  "recall.correct",
  "recall.erase",
  "recall.forget",
  "recall.observe",
  "recall.settings",
  "recall.update",
  "sessions.end",
  "sessions.permit",
  "snapshots.create",
  "snapshots.delete",
  "snapshots.fork",
  "snapshots.restore",
  "snapshots.update"
];

/** So many calls may be under way at once, of a connection. */
export const MAX_CALLS_IN_FLIGHT = 16;

export interface CollectionTable {
  /** What an insert leaves out. */
  readonly defaults: { readonly [property: string]: unknown };
  /** What an insert must give: these have no default. */
  readonly required: readonly string[];
  /** Property -> the collection it leads to, and what happens when that entity goes (rule O5). */
  readonly pointers: { readonly [property: string]: readonly [Collection, string] };
  /** The property that a `move` sets by `parent` (rule M5). */
  readonly parent: string | null;
}

export const COLLECTIONS: { readonly [name in Collection]: CollectionTable } = {
  "project": {
    "defaults": {
      "name": "",
      "key": null,
      "scale": null,
      "timeUnit": "beats",
      "sampleRate": 48000
    },
    "required": [],
    "pointers": {},
    "parent": null
  },
  "transport": {
    "defaults": {
      "loopStart": 0,
      "loopEnd": 16,
      "loopOn": false,
      "metronome": false
    },
    "required": [],
    "pointers": {},
    "parent": null
  },
  "tempo": {
    "defaults": {
      "slot": 0,
      "interp": "hold"
    },
    "required": [
      "time",
      "bpm"
    ],
    "pointers": {},
    "parent": null
  },
  "signatures": {
    "defaults": {
      "num": 4,
      "den": 4
    },
    "required": [
      "time"
    ],
    "pointers": {},
    "parent": null
  },
  "markers": {
    "defaults": {
      "name": "",
      "color": null
    },
    "required": [
      "time"
    ],
    "pointers": {},
    "parent": null
  },
  "tracks": {
    "defaults": {
      "name": "",
      "parent": null,
      "order": "a0",
      "content": [
        "notes"
      ],
      "channel": null,
      "color": null,
      "loaded": true
    },
    "required": [],
    "pointers": {
      "parent": [
        "tracks",
        "reparent"
      ],
      "channel": [
        "channels",
        "clear"
      ]
    },
    "parent": "parent"
  },
  "channels": {
    "defaults": {
      "name": "",
      "order": "a0",
      "role": "regular",
      "dest": null,
      "audioChannels": 2,
      "volume": 1,
      "pan": 0.5,
      "mute": false,
      "solo": false
    },
    "required": [],
    "pointers": {
      "dest": [
        "channels",
        "master"
      ]
    },
    "parent": "dest"
  },
  "sends": {
    "defaults": {
      "order": "a0",
      "type": "post",
      "enable": true,
      "volume": 1,
      "pan": 0.5
    },
    "required": [
      "channel",
      "dest"
    ],
    "pointers": {
      "channel": [
        "channels",
        "cascade"
      ],
      "dest": [
        "channels",
        "cascade"
      ]
    },
    "parent": "channel"
  },
  "devices": {
    "defaults": {
      "order": "a0",
      "role": "audioFX",
      "format": "builtin",
      "deviceId": "",
      "name": "",
      "enabled": true,
      "stateRef": null,
      "presetId": null,
      "params": {}
    },
    "required": [
      "channel"
    ],
    "pointers": {
      "channel": [
        "channels",
        "cascade"
      ]
    },
    "parent": "channel"
  },
  "clips": {
    "defaults": {
      "kind": "notes",
      "playStart": 0,
      "loopStart": null,
      "loopEnd": null,
      "contentTimeUnit": "beats",
      "fadeIn": 0,
      "fadeOut": 0,
      "gain": 1,
      "enable": true,
      "name": "",
      "color": null,
      "media": null,
      "ref": null,
      "slot": null,
      "lane": 0
    },
    "required": [
      "track",
      "time",
      "duration"
    ],
    "pointers": {
      "track": [
        "tracks",
        "cascade"
      ],
      "media": [
        "media",
        "clear"
      ],
      "ref": [
        "clips",
        "cascade"
      ],
      "slot": [
        "slots",
        "cascade"
      ]
    },
    "parent": "track"
  },
  "notes": {
    "defaults": {
      "vel": 0.8,
      "rel": 0.8,
      "pan": 0.5,
      "ch": 0
    },
    "required": [
      "clip",
      "time",
      "duration",
      "key"
    ],
    "pointers": {
      "clip": [
        "clips",
        "cascade"
      ]
    },
    "parent": "clip"
  },
  "lanes": {
    "defaults": {
      "track": null,
      "clip": null,
      "unit": "linear",
      "name": "",
      "enable": true
    },
    "required": [
      "target"
    ],
    "pointers": {
      "track": [
        "tracks",
        "cascade"
      ],
      "clip": [
        "clips",
        "cascade"
      ]
    },
    "parent": "track"
  },
  "points": {
    "defaults": {
      "slot": 0,
      "interp": "linear"
    },
    "required": [
      "lane",
      "time",
      "value"
    ],
    "pointers": {
      "lane": [
        "lanes",
        "cascade"
      ]
    },
    "parent": "lane"
  },
  "warps": {
    "defaults": {},
    "required": [
      "clip",
      "time",
      "contentTime"
    ],
    "pointers": {
      "clip": [
        "clips",
        "cascade"
      ]
    },
    "parent": "clip"
  },
  "scenes": {
    "defaults": {
      "name": "",
      "order": "a0",
      "color": null
    },
    "required": [],
    "pointers": {},
    "parent": null
  },
  "slots": {
    "defaults": {
      "hasStop": true
    },
    "required": [
      "scene",
      "track"
    ],
    "pointers": {
      "scene": [
        "scenes",
        "cascade"
      ],
      "track": [
        "tracks",
        "cascade"
      ]
    },
    "parent": "scene"
  },
  "media": {
    "defaults": {
      "name": "",
      "audioFile": null,
      "sha256": null,
      "path": null,
      "duration": null,
      "sampleRate": null,
      "channels": 2,
      "stemOf": null
    },
    "required": [],
    "pointers": {
      "stemOf": [
        "media",
        "clear"
      ]
    },
    "parent": null
  }
};

export interface PresenceTypes {
  /** Field -> the types that it may have; or those in a map, which may be null or not there. */
  readonly [name: string]: string | PresenceTypes;
}

export const PRESENCE: PresenceTypes = {
  "cursor": {
    "time": "number",
    "track": "string or null or undefined",
    "y": "number or undefined"
  },
  "view": {
    "start": "number",
    "end": "number",
    "track": "string or null or undefined"
  },
  "tool": "string or null or undefined",
  "selection": "array or null or undefined",
  "playhead": {
    "time": "number",
    "playing": "boolean"
  },
  "at": "number or undefined"
};
