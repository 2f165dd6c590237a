"""Devices with many parameters, copied once for a delta and then changed in place, leaf by leaf."""

from rooms.document import digest
from schema.limits import MAX_PARAMS_PER_DEVICE

Entity = dict[str, object]

WIDE = 32
"""Leaves from which on a device is worth it."""


class DeviceInPlace:
    """A device as it was and as it is. Nobody else holds `entity` before the delta is applied."""

    __slots__ = ("_params_size", "before", "entity", "leaves", "props")

    def __init__(self, before: Entity) -> None:
        self.before = before
        self.entity = before | {"params": dict(_leaves(before))}
        self.leaves: set[str] = set()
        self.props: set[str] = set()
        self._params_size: int | None = None

    @property
    def params_size(self) -> int:
        """Bytes of the parameters; encoded for that once."""
        if self._params_size is None:
            self._params_size = digest.size_of(_leaves(self.entity))
        return self._params_size

    def change(self, props: Entity) -> int:
        """Put new properties in place; by how many bytes it has grown.

        `params` by leaf, null removes one (rule O2).
        """
        grown_bytes = 0
        for name, value in props.items():
            if name == "params":
                grown_bytes += self._change_leaves(_leaves(props))
                continue
            self.props.add(name)
            grown_bytes += digest.size_of(value) - digest.size_of(self.entity[name])
            self.entity[name] = value
        return grown_bytes

    def narrowed(self) -> tuple[Entity, Entity]:
        """What was and what is, of just the properties and leaves that were given a value."""
        return self._part(self.before), self._part(self.entity)

    def _change_leaves(self, changed_leaves: Entity) -> int:
        params = _leaves(self.entity)
        grown_bytes = -digest.header_size(len(params))
        for name, value in changed_leaves.items():
            self.leaves.add(name)
            if name in params:
                grown_bytes -= digest.size_of(name) + digest.size_of(params[name])
            if value is None:
                params.pop(name, None)
            else:
                grown_bytes += digest.size_of(name) + digest.size_of(value)
                params[name] = value
        grown_bytes += digest.header_size(len(params))
        if self._params_size is not None:
            self._params_size += grown_bytes
        return grown_bytes

    def _part(self, entity: Entity) -> Entity:
        part = {name: entity[name] for name in self.props}
        if self.leaves:
            params = _leaves(entity)
            part["params"] = {name: params[name] for name in self.leaves if name in params}
        return part


def are_too_many(params: Entity, changed_leaves: Entity) -> bool:
    """Whether these leaves would be more than a device may have."""
    if len(params) + len(changed_leaves) <= MAX_PARAMS_PER_DEVICE:
        return False
    count = len(params)
    for name, value in changed_leaves.items():
        count += (value is not None) - (name in params)
    return count > MAX_PARAMS_PER_DEVICE


def _leaves(entity: Entity) -> Entity:
    params = entity["params"]
    assert isinstance(params, dict)
    return params
