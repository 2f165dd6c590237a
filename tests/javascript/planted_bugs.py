"""Mistakes that clients make: each is one change of the JavaScript reader."""

from typing import NamedTuple


class Bug(NamedTuple):
    """In `file`, `right` becomes `wrong`."""

    file: str
    right: str
    wrong: str


BUGS: dict[str, Bug] = {
    "keys are sorted by UTF-16 unit": Bug("digest.mjs", ".sort(byCodePoint)", ".sort()"),
    "zero keeps its sign": Bug("digest.mjs", "value + 0)", "value)"),
    "a map is an object that knows __proto__": Bug(
        "msgpack.mjs", "const map = Object.create(null);", "const map = {};"
    ),
    "JSON becomes objects that know __proto__": Bug(
        "maps.mjs",
        "const map = Object.create(null);\n  for",
        "const map = {};\n  for",
    ),
    "params are replaced, not merged": Bug(
        "state.mjs", "merged(before.params, props.params)", "merged(props.params)"
    ),
    "null stays in params": Bug("state.mjs", "if (leaf === null)", "if (leaf === undefined)"),
    "an own delta is skipped": Bug(
        "replica.mjs",
        "    this.group.push(message);",
        "    if (message.member !== this.you) this.group.push(message);",
    ),
    "a duplicate ack is applied": Bug(
        "replica.mjs",
        "message.seq <= this.position.seq",
        "message.seq < 0",
    ),
    "ack.ops are ignored": Bug(
        "replica.mjs",
        'message.ops ?? (delta?.kind === "delta" ? delta.ops : null)',
        'delta?.kind === "delta" ? delta.ops : message.ops',
    ),
    "a refused delta stays in the view": Bug(
        "replica.mjs", "&& !FOR_NOW.has(message.code)) this.withdraw(message.id)", ") {}"
    ),
    "a refusal for now is taken as final": Bug(
        "replica.mjs", "&& !FOR_NOW.has(message.code)) this", ") this"
    ),
    "an atomic delta shows in part": Bug("replica.mjs", "this.hide(delta);\n        return;", ""),
    "a group is shown part by part": Bug("replica.mjs", "if (message.more) return;", ""),
    "parts are joined as base64": Bug(
        "replica.mjs",
        "inflateSync(Buffer.concat(this.parts))",
        'inflateSync(Buffer.from(this.parts.map((p) => p.toString("base64")).join(""), "base64"))',
    ),
    "what is pending goes under what is new": Bug(
        "replica.mjs", "[...this.pending.values()].reverse()", "[]"
    ),
    "what the joined state holds is sent again": Bug(
        "replica.mjs", "for (const id of Object.keys(this.committed)) this.pending.delete(id);", ""
    ),
    "a hole is not noticed": Bug("replica.mjs", "seq !== have + 1", "seq <= have"),
    "the old membership is heeded": Bug("replica.mjs", "this.target || [", "true || ["),
    "order keys are compared without case": Bug(
        "order_keys.mjs", "return a < b ? -1 : a > b ? 1 : 0;", "return a.localeCompare(b);"
    ),
    "a key may end in a zero": Bug("order_keys.mjs", '|| !key.endsWith("0")', "|| true"),
    "the tempo is a line over seconds": Bug(
        "tempo.mjs",
        "(60 / slope) * Math.log1p(growth)",
        "(60 * beats) / (bpm + (slope * beats) / 2)",
    ),
    "two tempi at one beat are in order of their ids": Bug("tempo.mjs", "|| a.slot - b.slot ", ""),
    "an insert gets no defaults": Bug("state.mjs", "merged(defaults, op.entity)", "op.entity"),
    "expect is not looked at": Bug("state.mjs", "Object.entries(op.expect ?? {})", "[]"),
    "a gesture replaces the one before": Bug(
        "replica.mjs", "laidOver(shows[id]?.props ?? {}, value.props)", "value.props"
    ),
    "another digest is not noticed": Bug(
        "replica.mjs", "this.position = null;\n    return true;", ""
    ),
    "a text of 32 bytes has a short header": Bug("digest.mjs", "length < 32)", "length <= 32)"),
    "a number of four bytes is signed": Bug("msgpack.mjs", "getUint32(from)", "getInt32(from)"),
}
