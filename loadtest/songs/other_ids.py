"""The ops of a song again, with other ids."""

from prime_client.copy.state_ops import Op


def with_ids(op: Op, ids: dict[str, str]) -> Op:
    """The same with these ids, also where it points to others."""
    entity = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in op["entity"].items()
    }
    if "target" in entity:
        entity["target"] = "/".join(ids.get(part, part) for part in entity["target"].split("/"))
    return {**op, "id": ids[op["id"]], "entity": entity}


def under_another_name(op: dict[str, object], name: str) -> dict[str, object]:
    """The same op on entities of its own: every id gets a prefix, and so does what names one."""
    entity = op["entity"]
    assert isinstance(entity, dict)
    renamed = {key: _renamed_value(key, value, name) for key, value in entity.items()}
    return op | {"id": f"{name}-{op['id']}", "entity": renamed}


def _renamed_value(key: str, value: object, name: str) -> object:
    if key == "target" and isinstance(value, str):
        collection, entity_id, path_rest = value.split("/", 2)
        return f"{collection}/{name}-{entity_id}/{path_rest}"
    if key in ("channel", "track", "lane", "clip"):
        return f"{name}-{value}"
    return value
