"""Gestures under way: values that others see and nothing keeps. Latest wins per property."""

from collections.abc import Mapping

from schema.limits import MAX_GESTURES, MAX_PREVIEWED
from schema.messages import Previewed

Values = dict[str, Previewed]


class Gestures:
    """Those of one room: what they show, and what has changed since the last tick."""

    __slots__ = (
        "_under_way",
        "changed",
    )

    def __init__(self) -> None:
        self._under_way: dict[str, dict[str, Values]] = {}
        self.changed: dict[str, dict[str, Values | None]] = {}

    def has_room(self, member: str, gesture: str, values: Mapping[str, Previewed]) -> bool:
        """Whether the member may begin this gesture, or go on with it."""
        gestures = self._under_way.get(member, {})
        if gesture not in gestures:
            return len(gestures) < MAX_GESTURES
        return len(gestures[gesture].keys() | values.keys()) <= MAX_PREVIEWED

    def show(self, member: str, gesture: str, values: Mapping[str, Previewed]) -> None:
        """Begin a gesture, or go on with it."""
        _lay_over(self._under_way.setdefault(member, {}).setdefault(gesture, {}), values)
        changed = self.changed.setdefault(member, {})
        news = changed.get(gesture)
        if news is None:
            news = changed[gesture] = {}
        _lay_over(news, values)

    def end(self, member: str, gesture: str) -> None:
        """It is over, however it ended."""
        gestures = self._under_way.get(member, {})
        if gestures.pop(gesture, None) is not None:
            self.changed.setdefault(member, {})[gesture] = None
        if not gestures:
            self._under_way.pop(member, None)

    def end_all(self, member: str) -> None:
        """The member's connection is another one, which knows of none of them."""
        for gesture in list(self._under_way.get(member, ())):
            self.end(member, gesture)

    def forget(self, member: str) -> None:
        """The member went; others drop what it showed with it (rule G4)."""
        self._under_way.pop(member, None)
        self.changed.pop(member, None)

    def give_up(self, member: str) -> dict[str, None]:
        """Forget the member, and name what others may still see of it."""
        shown = dict.fromkeys([*self._under_way.get(member, ()), *self.changed.get(member, ())])
        self.forget(member)
        return shown

    def of(self, member: str) -> dict[str, Values]:
        """What a member shows now."""
        return {gesture: dict(v) for gesture, v in self._under_way.get(member, {}).items()}

    def flush(self) -> dict[str, dict[str, Values | None]]:
        """What the next tick says."""
        changed, self.changed = self.changed, {}
        return changed


def _lay_over(values: Values, newer: Mapping[str, Previewed]) -> None:
    for entity_id, shown in newer.items():
        before = values.get(entity_id)
        values[entity_id] = shown if before is None else _laid_over(before, shown)


def _laid_over(before: Previewed, newer: Previewed) -> Previewed:
    props = before.props | newer.props
    old, new = before.props.get("params"), newer.props.get("params")
    if isinstance(old, dict) and isinstance(new, dict):
        props["params"] = old | new
    return Previewed(newer.col, props)
