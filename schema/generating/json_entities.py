"""The project state as JSON Schema: the entity types, and the ops of each collection."""

from collections.abc import Callable

from schema.entities import ENTITY_ID, ENTITY_TYPES, PARENTS, SINGLETONS, Field
from schema.generating.json_structs import Schema, ref
from schema.limits import MAX_PARAMS_PER_DEVICE
from schema.messages import Previewed
from schema.ops import Delete, Insert, Move, Set
from schema.order_keys import PATTERN
from schema.text.one_line import one_line

PLACES = ("order", "time")
"""What a `move` changes beside the parent, where the entity type has it."""


def entity_name(collection: str) -> str:
    """An entity as the state holds it: every property is there."""
    return f"{_type_name(collection)}Entity"


def entity_definitions() -> Schema:
    """Everything that is made of the entity types, by name."""
    definitions: Schema = {
        "EntityId": {"type": "string", "pattern": f"^{ENTITY_ID.pattern}$"},
        "OrderKey": {"type": "string", "maxLength": 64, "pattern": PATTERN},
        "Leaves": _leaves(),
        "ChangedLeaves": _leaves("null"),
        "ProjectState": _project_state(),
    }
    ops: list[str] = []
    for collection in ENTITY_TYPES:
        definitions |= _entity_types(collection)
        op_definitions = _ops(collection)
        definitions |= op_definitions
        ops += op_definitions
    shown_definitions = {
        f"Shown{_type_name(collection)}": _shown_schema(collection) for collection in ENTITY_TYPES
    }
    definitions |= shown_definitions
    definitions["Op"] = {"oneOf": [ref(name) for name in ops]}
    definitions["Previewed"] = {
        "description": _says(Previewed),
        "oneOf": [*map(ref, shown_definitions)],
    }
    return definitions


def _type_name(collection: str) -> str:
    return collection.capitalize()


def _says(struct: type) -> str:
    return one_line(struct.__doc__ or "")


def _leaves(*other_types: str) -> Schema:
    leaf = {"type": ["boolean", "number", "string", *other_types]}
    return {
        "type": "object",
        "additionalProperties": leaf,
        "maxProperties": MAX_PARAMS_PER_DEVICE,
    }


def _project_state() -> Schema:
    maps: Schema = {}
    for collection in ENTITY_TYPES:
        names = {"const": collection} if collection in SINGLETONS else ref("EntityId")
        entities = ref(entity_name(collection))
        maps[collection] = {
            "type": "object",
            "propertyNames": names,
            "additionalProperties": entities,
        }
    return {
        "description": "A whole project: collection -> id -> entity.",
        "type": "object",
        "properties": maps,
        "required": list(maps),
    }


# Entities: as they are kept, as they are inserted, and some of their properties.


def _entity_types(collection: str) -> Schema:
    fields = ENTITY_TYPES[collection]
    properties = {name: _property(field) for name, field in fields.items()}
    settable = {name: _property(field, ref("ChangedLeaves")) for name, field in fields.items()}
    types: Schema = {
        entity_name(collection): {
            "description": f"An entity of `{collection}`, as the project state holds it.",
            "type": "object",
            "properties": properties,
            "required": list(fields),
        },
        f"{_type_name(collection)}Props": {
            "description": f"Some properties of an entity of `{collection}`.",
            "type": "object",
            "properties": {name: _without_default(schema) for name, schema in settable.items()},
            "additionalProperties": False,
        },
    }
    if collection in SINGLETONS:
        return types
    return types | {
        f"New{entity_name(collection)}": {
            "description": f"An entity to insert into `{collection}`: the rest has defaults.",
            "type": "object",
            "properties": settable,
            "required": [name for name, field in fields.items() if field.required],
            "additionalProperties": False,
        }
    }


def _without_default(schema: Schema) -> Schema:
    without_default = {key: value for key, value in schema.items() if key != "default"}
    return without_default["allOf"][0] if list(without_default) == ["allOf"] else without_default


def _property(field: Field, params_schema: Schema | None = None) -> Schema:
    schema = (
        params_schema if params_schema and field.kind == "params" else _SHAPES[field.kind](field)
    )
    if field.nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    annotations = _annotations(field)
    return (
        {"allOf": [schema], **annotations}
        if "$ref" in schema and annotations
        else schema | annotations
    )


def _annotations(field: Field) -> Schema:
    """What is said of a property beside its type."""
    annotations: Schema = {}
    if not field.required:
        annotations["default"] = {} if field.kind == "params" else field.default
    if field.unit:
        annotations["x-unit"] = field.unit
    if field.points_to:
        annotations["x-points-to"] = field.points_to
        annotations["x-on-delete"] = field.on_delete
    return annotations


def _number(field: Field) -> Schema:
    if field.choices:
        return {"type": field.kind, "enum": [int(choice) for choice in field.choices]}
    low = "exclusiveMinimum" if field.exclusive_minimum else "minimum"
    return {"type": field.kind, low: field.minimum, "maximum": field.maximum}


def _choices(field: Field) -> Schema:
    items = {"enum": list(field.choices)}
    return {"type": "array", "items": items, "x-min-items": 1, "uniqueItems": True}


_SHAPES: dict[str, Callable[[Field], Schema]] = {
    "number": _number,
    "integer": _number,
    "boolean": lambda _: {"type": "boolean"},
    "text": lambda field: {"type": "string", "maxLength": field.max_length},
    "choice": lambda field: {"type": "string", "enum": list(field.choices)},
    "choices": _choices,
    "pointer": lambda _: ref("EntityId"),
    "path": lambda field: {
        "type": "string",
        "maxLength": field.max_length,
        "pattern": "^[a-z]+/[^/]+/[A-Za-z]+(/[^/]+)?$",
        "description": "collection/id/property, or collection/id/params/name",
    },
    "order": lambda _: ref("OrderKey"),
    "params": lambda _: ref("Leaves"),
}


# Ops: one type for each collection and kind.


def _ops(collection: str) -> Schema:
    props = ref(f"{_type_name(collection)}Props")
    ops = {
        f"Set{_type_name(collection)}": _op(Set, collection, {"props": props}, {"expect": props})
    }
    if collection in SINGLETONS:
        return ops
    entity = ref(f"New{entity_name(collection)}")
    ops[f"Insert{_type_name(collection)}"] = _op(Insert, collection, {"entity": entity})
    may = {"expect": props, "alone": {"type": "boolean", "default": False}}
    ops[f"Delete{_type_name(collection)}"] = _op(Delete, collection, {}, may)
    places = _places(collection)
    if places:
        move = _op(Move, collection, {}, places | {"expect": props})
        ops[f"Move{_type_name(collection)}"] = move | {"minProperties": len(move["required"]) + 1}
    return ops


def _places(collection: str) -> Schema:
    fields = ENTITY_TYPES[collection]
    places = {name: fields[name] for name in PLACES if name in fields}
    if collection in PARENTS:
        places["parent"] = fields[PARENTS[collection]]
    schemas = {name: _without_default(_property(field)) for name, field in places.items()}
    if "parent" in schemas:
        schemas["parent"]["x-sets"] = PARENTS[collection]
    return schemas


def _op(struct: type, collection: str, must: Schema, may: Schema | None = None) -> Schema:
    singleton: Schema = {"const": collection}
    names: Schema = {
        "op": {"const": struct.__name__.lower()},
        "col": {"const": collection},
        "id": singleton if collection in SINGLETONS else ref("EntityId"),
    }
    return {
        "description": _says(struct),
        "type": "object",
        "properties": names | must | (may or {}),
        "required": [*names, *must],
        "additionalProperties": False,
    }


def _shown_schema(collection: str) -> Schema:
    return {
        "description": f"Values that an entity of `{collection}` would have (see `gesture`).",
        "type": "object",
        "properties": {
            "col": {"const": collection},
            "props": ref(f"{_type_name(collection)}Props"),
        },
        "required": ["col", "props"],
    }
