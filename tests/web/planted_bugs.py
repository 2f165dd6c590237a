"""Mistakes that clients make: each is one change of the TypeScript SDK."""

from tests.javascript.planted_bugs import Bug

BUGS: dict[str, Bug] = {
    "keys are sorted by UTF-16 unit": Bug("copy/digest.ts", ".sort(byCodePoint)", ".sort()"),
    "zero keeps its sign": Bug("copy/digest.ts", "value + 0)", "value)"),
    "a text of 32 bytes has a short header": Bug("growing_bytes.ts", "size < 32)", "size <= 32)"),
    "as many keys are the same keys": Bug(
        "copy/digest.ts", " || !keys.every((key, at) => key === lastKeys[at])", ""
    ),
    "a map is an object that knows __proto__": Bug("maps.ts", "return new Empty();", "return {};"),
    "a number of four bytes is signed": Bug(
        "connecting/message_pack.ts",
        "size === 4) return this.view.getUint32(from)",
        "size === 4) return this.view.getInt32(from)",
    ),
    "the hash turns the wrong way": Bug("copy/sha256.ts", "turned(e, 11)", "turned(e, 21)"),
    "what is longer than a block is cut": Bug("copy/sha256.ts", "at < end", "at < 64"),
    "params are replaced, not merged": Bug(
        "copy/state.ts", 'isMap(before["params"]) ? before["params"] : {}', "{}"
    ),
    "null stays in params": Bug("copy/state.ts", "if (leaf === null)", "if (leaf === undefined)"),
    "an insert gets no defaults": Bug("copy/state.ts", "tableOf(op.col)?.defaults ?? {}", "{}"),
    "expect is not looked at": Bug("copy/state.ts", "Object.entries(op.expect ?? {})", "[]"),
    "an own delta is skipped": Bug(
        "copy/replica.ts",
        "    this.group.push(message);",
        "    if (message.member !== this.you) this.group.push(message);",
    ),
    "a duplicate ack is applied": Bug(
        "copy/replica.ts", "message.seq <= this.position.seq", "message.seq < 0"
    ),
    "ack.ops are ignored": Bug(
        "copy/replica.ts",
        'message.ops ?? (delta?.kind === "delta" ? delta.ops : null)',
        'delta?.kind === "delta" ? delta.ops : (message.ops ?? null)',
    ),
    "a refused delta stays in the view": Bug("copy/replica.ts", "&& isFinal(message.code)", "&& 0"),
    "a refusal for now is taken as final": Bug("copy/replica.ts", "&& isFinal(message.code)", ""),
    "an atomic delta shows in part": Bug(
        "copy/pending_deltas.ts", "this.hide(state, delta);\n        return;", ""
    ),
    "a group is shown part by part": Bug("copy/replica.ts", "if (message.more) return;", ""),
    "what is pending goes under what is new": Bug(
        "copy/pending_deltas.ts", "[...this.deltas.values()].reverse()", "[]"
    ),
    "what the joined state holds is sent again": Bug(
        "copy/replica.ts",
        "for (const id of Object.keys(this.committed)) this.pending.remove(id);",
        "",
    ),
    "a hole is not noticed": Bug("copy/replica.ts", "seq !== have + 1", "seq <= have"),
    "another digest is not noticed": Bug("copy/replica.ts", "this.position = null;\n", ""),
    "a gesture replaces the one before": Bug("copy/gestures.ts", "?.props ?? {};", "?.col && {};"),
    "order keys are compared without case": Bug(
        "order_keys.ts", "return a < b ? -1 : a > b ? 1 : 0;", "return a.localeCompare(b);"
    ),
    "a key may end in a zero": Bug("order_keys.ts", '|| !key.endsWith("0")', "|| true"),
    "the tempo is a line over seconds": Bug(
        "tempo_map.ts",
        "(60 / slope) * Math.log1p(growth)",
        "(60 * beats) / (bpm + (slope * beats) / 2)",
    ),
    "two tempi at one beat are in order of their ids": Bug(
        "tempo_map.ts", "|| a.slot - b.slot ", ""
    ),
}
