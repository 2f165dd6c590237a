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
  /** Whether to come back. */
  readonly reconnect: boolean;
  readonly meaning: string;
}

/** Why a server closes a connection. */
export const CLOSE_CODES: { readonly [code: number]: CloseCode } = {
  "1012": {
    "name": "restarting",
    "reconnect": true,
    "meaning": "The server stops or restarts; come back with jitter."
  },
  "1013": {
    "name": "overloaded",
    "reconnect": true,
    "meaning": "The server is full; come back later, with jitter."
  },
  "4002": {
    "name": "silent",
    "reconnect": true,
    "meaning": "The client sent nothing for too long; come back and resume."
  },
  "4003": {
    "name": "token_expired",
    "reconnect": true,
    "meaning": "Refresh the access token, then come back."
  },
  "4004": {
    "name": "rate_limited",
    "reconnect": true,
    "meaning": "Too many messages for too long; come back slower."
  },
  "4005": {
    "name": "too_many_connections",
    "reconnect": true,
    "meaning": "This user has too many open; close one, or come back later."
  },
  "4006": {
    "name": "no_hello",
    "reconnect": true,
    "meaning": "No hello or login arrived in time; come back when there is one."
  },
  "4500": {
    "name": "replaced",
    "reconnect": false,
    "meaning": "The same user on the same device connected again."
  },
  "4501": {
    "name": "session_revoked",
    "reconnect": false,
    "meaning": "This login was ended; log in again."
  },
  "4503": {
    "name": "bad_messages",
    "reconnect": false,
    "meaning": "Too many frames that hold no message; correct the client."
  },
  "4506": {
    "name": "unsupported_version",
    "reconnect": false,
    "meaning": "No common protocol version; update the client."
  },
  "4507": {
    "name": "auth_failed",
    "reconnect": false,
    "meaning": "The token of hello is not valid; log in again."
  }
};

/** What may be asked again: a `read` changes nothing, a `write` is done once by its key (C10). */
export const ASKED_AGAIN: { readonly [method in Method]?: "read" | "write" } = {
  "account.get": "read",
  "audio_files.count": "read",
  "audio_files.get": "read",
  "audio_files.list": "read",
  "audio_files.stems": "read",
  "audit.count": "read",
  "audit.list": "read",
  "auth_sessions.count": "read",
  "auth_sessions.get": "read",
  "auth_sessions.list": "read",
  "history.at": "read",
  "history.blame": "read",
  "history.list": "read",
  "history.ops": "read",
  "invitations.count": "read",
  "invitations.get": "read",
  "invitations.list": "read",
  "invitations.look": "read",
  "members.count": "read",
  "members.list": "read",
  "operator.audit": "read",
  "operator.closed_rooms": "read",
  "operator.events": "read",
  "operator.health": "read",
  "operator.logins": "read",
  "operator.nodes": "read",
  "operator.room": "read",
  "operator.rooms": "read",
  "operator.sizes": "read",
  "operator.slow_calls": "read",
  "presets.count": "read",
  "presets.get": "read",
  "presets.list": "read",
  "projects.count": "read",
  "projects.get": "read",
  "projects.list": "read",
  "recall.count": "read",
  "recall.export": "read",
  "recall.get": "read",
  "recall.list": "read",
  "recall.suggest": "read",
  "session_states.count": "read",
  "session_states.get": "read",
  "session_states.list": "read",
  "session_stays.count": "read",
  "session_stays.list": "read",
  "sessions.count": "read",
  "sessions.get": "read",
  "sessions.history": "read",
  "sessions.list": "read",
  "snapshots.count": "read",
  "snapshots.diff": "read",
  "snapshots.get": "read",
  "snapshots.list": "read",
  "snapshots.state": "read",
  "timeline.beats": "read",
  "timeline.between": "read",
  "timeline.seconds": "read",
  "users.count": "read",
  "users.get": "read",
  "users.list": "read",
  "whole_audit.count": "read",
  "whole_audit.list": "read",
  "account.update": "write",
  "audio_files.create": "write",
  "audio_files.delete": "write",
  "audio_files.set_status": "write",
  "audio_files.update": "write",
  "auth_sessions.rename": "write",
  "auth_sessions.revoke": "write",
  "batch": "write",
  "invitations.accept": "write",
  "invitations.withdraw": "write",
  "members.grant": "write",
  "members.join": "write",
  "members.revoke": "write",
  "presets.copy": "write",
  "presets.create": "write",
  "presets.delete": "write",
  "presets.publish": "write",
  "presets.unpublish": "write",
  "presets.update": "write",
  "presets.use": "write",
  "projects.archive": "write",
  "projects.create": "write",
  "projects.update": "write",
  "recall.correct": "write",
  "recall.erase": "write",
  "recall.forget": "write",
  "recall.observe": "write",
  "recall.settings": "write",
  "recall.update": "write",
  "sessions.end": "write",
  "sessions.permit": "write",
  "snapshots.create": "write",
  "snapshots.delete": "write",
  "snapshots.fork": "write",
  "snapshots.restore": "write",
  "snapshots.update": "write"
};

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
