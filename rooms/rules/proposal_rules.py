"""What only the door refuses of an op or a gesture (rules E13, E14).

What the journal holds from before is not looked at by them: it is applied as it always was.
"""

from collections.abc import Mapping

from msgspec import UNSET

from rooms.rules.entity_rules import problem_with_id, problem_with_props
from rooms.rules.op_rules import problem_with_op
from schema.entities import ENTITY_TYPES
from schema.invariants import field_of
from schema.messages import Previewed
from schema.ops import Insert, Op, Set
from schema.text.text_rules import OF_EVERY_OBJECT, problem_with_text

OF_AN_OBJECT = "is a name that every JavaScript object has, and breaks clients; choose another"


def problem_with_new_op(op: Op) -> str | None:
    """What is wrong with an op that is proposed now, as a sentence, or None."""
    problem = problem_with_op(op)
    if problem:
        return problem
    match op:
        case Set():
            problem = problem_with_new_props(op.col, op.props)
        case Insert():
            if op.id in OF_EVERY_OBJECT:
                return f"the id {op.id} {OF_AN_OBJECT}"
            return problem_with_new_props(op.col, op.entity)
    return problem or _problem_with_expect(op)


def problem_with_shown(
    gesture: str, values: Mapping[str, Previewed]
) -> tuple[str, str | None] | None:
    """What is wrong with the values of a gesture (rule G3): a sentence, and which property."""
    for name in (gesture, *values):
        if name in OF_EVERY_OBJECT:
            return f"the id {name} {OF_AN_OBJECT}", "id" if name is gesture else "values"
    for entity_id, value in values.items():
        problem: str | None = "there is no such collection"
        if value.col in ENTITY_TYPES:
            wrong_id = problem_with_id(value.col, entity_id)
            if wrong_id:
                return f"{value.col}/{entity_id}: {wrong_id}", "values"
            problem = problem_with_props(value.col, value.props)
            problem = problem or problem_with_new_props(value.col, value.props)
        if problem:
            is_known = value.col in ENTITY_TYPES
            field = field_of(problem, value.col, value.props) if is_known else "col"
            return f"{value.col}/{entity_id}: {problem}", field
    return None


def problem_with_new_props(collection: str, props: Mapping[str, object]) -> str | None:
    """What is wrong with the texts in properties that obey the entity types, or None."""
    fields = ENTITY_TYPES[collection]
    for name, value in props.items():
        if type(value) is str:
            problem = problem_with_text(value)
            if problem is None and fields[name].kind == "path":
                problem = _problem_with_path(value)
        elif type(value) is dict:
            problem = _problem_with_leaves(value)
        else:
            continue
        if problem:
            return f"{collection}.{name} {problem}"
    return None


def _problem_with_path(path: str) -> str | None:
    leaf = path.rpartition("/")[2]
    return f"must not lead to {leaf}, which {OF_AN_OBJECT}" if leaf in OF_EVERY_OBJECT else None


def _problem_with_leaves(params: Mapping[str, object]) -> str | None:
    problem = _problem_with_names(params)
    if problem:
        return problem
    texts = (text for leaf in params.items() for text in leaf if type(text) is str)
    return next(filter(None, map(problem_with_text, texts)), None)


def _problem_with_names(params: Mapping[str, object]) -> str | None:
    if OF_EVERY_OBJECT.isdisjoint(params):
        return None
    name = next(name for name in params if name in OF_EVERY_OBJECT)
    return f"must not hold {name}, which {OF_AN_OBJECT}"


def _problem_with_expect(op: Op) -> str | None:
    """Others are sent it as well: its keys count, its values may be what was stored before."""
    if isinstance(op, Insert) or op.expect is UNSET:
        return None
    expected_params = op.expect.get("params")
    problem = _problem_with_names(expected_params) if isinstance(expected_params, dict) else None
    return f"{op.col}.params {problem}" if problem else None
