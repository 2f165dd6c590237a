"""What a file has and a project cannot keep, or the other way round, in a musician's words."""

from dataclasses import dataclass, field

from files.readable_state import Entity, State

MAX_ITEMS_NAMED = 50
"""Things named in one kind of loss; the count says how many there are."""
_ITEM_LENGTH = 120


_OWNER = {"notes": "clip", "warps": "clip", "points": "lane", "clips": "track", "slots": "track"}
"""Collection -> the link to what its entities are named by, where they have no name."""


_CALLED = {"ch": "channel", "vel": "velocity", "rel": "release velocity", "interp": "curve"}
"""Properties whose name is no word."""

_ONE = {
    "clips": "a clip", "notes": "a note", "tracks": "a track", "channels": "a mixer channel",
    "devices": "a device", "sends": "a send", "lanes": "an automation lane", "media": "a recording",
    "points": "an automation point", "markers": "a marker", "scenes": "a scene",
    "warps": "a warp marker", "tempo": "a tempo", "signatures": "a time signature",
    "slots": "a clip slot", "project": "the song", "transport": "the transport",
}  # fmt: skip


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor, or the lines of a report."""
    return "".join(character if character.isprintable() else " " for character in text)


@dataclass(slots=True)
class Loss:
    """One kind of thing that is not kept, or changed: how many, and which."""

    what: str
    count: int = 0
    # By the names a musician knows ("track Keys", "clip take 1 at beat 8"), the first of them.
    items: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.count} {self.what}"

    def add(self, count: int, item: str) -> None:
        """More of the same; `item` may be empty."""
        self.count += count
        item_text = printable(item[:_ITEM_LENGTH]).strip()
        if item_text and item_text not in self.items and len(self.items) < MAX_ITEMS_NAMED:
            self.items.append(item_text)


def mended(collection: str, name: str, fault: str) -> str:
    """The words of the report for values that do not fit."""
    owner = _ONE.get(collection, collection)
    return f"mended: {_CALLED.get(name, name)} of {owner} {fault}"


class Losses:
    """What a file that is written cannot hold of a state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._losses: dict[str, Loss] = {}
        self.places: set[tuple[str, str]] = set()
        """The collections and properties that are not all kept."""

    def note(
        self,
        collection: str,
        name: str,
        loss_text: str,
        entity: Entity | None = None,
        count: int = 1,
    ) -> None:
        """More of `loss_text`, in the plural and in a musician's words; this is the `entity`."""
        if not count:
            return
        self.places.add((collection, name))
        item = "" if entity is None else item_of(self._state, collection, entity)
        self._losses.setdefault(loss_text, Loss(loss_text)).add(count, item)

    @property
    def losses(self) -> list[Loss]:
        """The most frequent first."""
        return sorted(self._losses.values(), key=lambda loss: -loss.count)

    def told(self) -> list[str]:
        """The same as sentences."""
        return [str(loss) for loss in self.losses]


def item_of(state: State, collection: str, entity: Entity) -> str:
    """The name by which a musician knows an entity, or what it belongs to; "": there is none."""
    match collection:
        case "devices":
            return _with(
                entity.get("name"), "on", _name_in(state, "channels", entity.get("channel"))
            )
        case "sends":
            end_names = (
                _name_in(state, "channels", entity.get(end)) for end in ("channel", "dest")
            )
            return " to ".join(filter(None, end_names))
        case "lanes":
            return _target(state, str(entity.get("target")))
        case "clips":
            return _with(entity.get("name"), "on", _name_in(state, "tracks", entity.get("track")))
        case "tempo" | "signatures":
            return f"beat {entity.get('time', 0)}"
    if collection in _OWNER:
        parent_collection = (
            "clips" if collection in ("notes", "warps") else _OWNER[collection] + "s"
        )
        owner = state.get(parent_collection, {}).get(str(entity.get(_OWNER[collection])))
        return "" if owner is None else item_of(state, parent_collection, owner)
    return str(entity.get("name") or entity.get("path") or "")


def _target(state: State, target: str) -> str:
    collection, entity_id, *path = [*target.split("/"), "", ""]
    owner = state.get(collection, {}).get(entity_id)
    owner_name = "" if owner is None or collection == "lanes" else item_of(state, collection, owner)
    return _with(" ".join(filter(None, path)).removeprefix("params "), "of", owner_name)


def _name_in(state: State, collection: str, entity_id: object) -> str:
    return str(state.get(collection, {}).get(str(entity_id), {}).get("name") or "")


def _with(name: object, word: str, owner_name: str) -> str:
    return f"{name} {word} {owner_name}" if name and owner_name else str(name or owner_name)
