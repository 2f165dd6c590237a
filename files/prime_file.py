"""Prime's own file, `.prime.json`: a project state, checked to the last value when read."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from files.bounded.xml_input import read_bytes
from files.broken_song import BrokenSong
from files.fitted_values import fit
from files.imported_song import Entity, Song, State
from files.losses import Loss
from files.losses import mended as mended_value
from files.routing_circles import circles
from files.state_faults import faults
from files.whole_file import write_whole
from schema.entities import ENTITY_ID, ENTITY_TYPES, SINGLETONS, defaults
from schema.limits import MAX_ENTITIES
from schema.text.text_rules import OF_EVERY_OBJECT, problem_with_text, without_problems

Mended = Counter[str]
"""What was changed to fit, and how often."""

FORMAT = "prime-project"
VERSION = 1


class _NoNumber(ValueError):
    """NaN or an infinity, which Python's reader knows and JSON does not."""


def read_prime_file(path: Path) -> Song:
    """The song in this file. Its ids stay what they are."""
    document = _parse(path)
    if document.get("format") != FORMAT:
        raise BrokenSong(path, "format", f'must be "{FORMAT}": this is another kind of JSON')
    if document.get("version") != VERSION:
        raise BrokenSong(path, "version", f"must be {VERSION}: update Prime to read a newer file")
    mended_counts: Mended = Counter()
    state = _checked_state(path, document.get("state"), mended_counts)
    song = Song("", source=path)
    song.replace_state(state)
    for loss_text, count in mended_counts.items():
        song.lost(loss_text, count)
    song.file_counts = {collection: len(entities) for collection, entities in state.items()}
    return song


def write_state(path: Path, state: Mapping[str, Mapping[str, object]]) -> None:
    """Write a project state; the file is whole or the old one, never half."""
    write_whole(path, to_text(state).encode())


def write_prime(path: Path, state: Mapping[str, Mapping[str, object]]) -> list[Loss]:
    """`write_state`, for who asks what could not be kept: nothing."""
    write_state(path, state)
    return []


def to_text(state: Mapping[str, Mapping[str, object]]) -> str:
    """A state as the file holds it: a line for each entity, so that versions can be compared."""
    collections = [
        f"{_json(name)}:{{"
        + ",".join(f"\n{_json(key)}:{_json(entity)}" for key, entity in entities.items())
        + "}"
        for name, entities in state.items()
    ]
    head = f'{{"format":"{FORMAT}","version":{VERSION},"state":{{'
    return head + ",\n".join(collections) + "}}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def write_prime_file(path: Path, song: Song) -> None:
    """Write a song."""
    write_state(path, song.state)


def _parse(path: Path) -> dict[str, object]:
    content = read_bytes(path)
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        at = len(content) - len(error.object) + error.start  # it is told of what follows a BOM
        why = f"is not UTF-8 at byte {at:,}: save it again as UTF-8"
        raise BrokenSong(path, "", why) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BrokenSong(path, where, f"is not JSON ({error.msg}): save it again") from error
    except _NoNumber as error:
        raise BrokenSong(path, "", f"is not JSON ({error})") from error
    except ValueError as error:  # the only one that Python has left
        raise BrokenSong(path, "", "holds a number with more digits than any has") from error
    except RecursionError as error:
        raise BrokenSong(path, "", "is nested deeper than any project") from error
    if not isinstance(document, dict):
        raise BrokenSong(path, "line 1", "must be an object with format, version and state")
    return document


def _refuse_constant(constant: str) -> NoReturn:
    raise _NoNumber(f"{constant} is no number in JSON")


def _checked_state(path: Path, state: object, mended_counts: Mended) -> State:
    if not isinstance(state, dict):
        raise BrokenSong(path, "state", "must be an object: collection -> id -> entity")
    unknown_collections = sorted(set(state) - set(ENTITY_TYPES))
    if unknown_collections:
        raise BrokenSong(
            path, f"state.{unknown_collections[0]}", "is no collection that Prime knows"
        )
    checked_state: State = {}
    size = 0
    for collection in ENTITY_TYPES:
        entities = state.get(collection, {})
        if not isinstance(entities, dict):
            raise BrokenSong(path, f"state.{collection}", "must be an object: id -> entity")
        size += len(entities)
        if size > MAX_ENTITIES:
            raise BrokenSong(path, "state", f"holds more than {MAX_ENTITIES:,} entities")
        checked_state[collection] = {
            entity_id: _checked(path, collection, entity_id, entity, mended_counts)
            for entity_id, entity in entities.items()
        }
    _set_apart(checked_state["tempo"], state.get("tempo", {}))
    _check_as_a_whole(path, checked_state)
    return checked_state


def _checked(
    path: Path, collection: str, entity_id: str, entity: object, mended_counts: Mended
) -> Entity:
    where = f"state.{collection}.{entity_id[:40]}"
    _check_id(path, where, collection, entity_id)
    if not isinstance(entity, dict):
        raise BrokenSong(path, where, "must be an object with the entity's properties")
    fields = ENTITY_TYPES[collection]
    entity = _with_texts_mended(collection, entity, mended_counts)
    for name, value in entity.items():
        if name not in fields:
            raise BrokenSong(path, f"{where}.{name[:40]}", f"is no property of {collection}")
        _, fault = fit(fields[name], value)
        if fault:
            raise BrokenSong(path, f"{where}.{name}", fault)
    whole_entity = defaults(collection) | entity
    for name in fields:
        if name not in whole_entity:
            raise BrokenSong(path, where, f"has no {name}")
    return whole_entity


def _set_apart(tempi: dict[str, Entity], as_written: Mapping[str, Entity]) -> None:
    """Before tempi had a `slot`, of two at one time the later by id counted: that one is right."""
    at: dict[object, list[str]] = {}
    for entity_id in sorted(tempi):
        at.setdefault(tempi[entity_id]["time"], []).append(entity_id)
    for ids in at.values():
        if all("slot" not in as_written[entity_id] for entity_id in ids):
            for entity_id in ids[1:]:
                tempi[entity_id]["slot"] = 1


def _check_id(path: Path, where: str, collection: str, entity_id: str) -> None:
    if collection not in SINGLETONS and not ENTITY_ID.fullmatch(entity_id):
        raise BrokenSong(path, where, "an id has 8 to 36 letters, digits, - or _")
    if entity_id in OF_EVERY_OBJECT:
        raise BrokenSong(path, where, "every JavaScript object has a property of this name: rename")


def _with_texts_mended(collection: str, entity: Entity, mended_counts: Mended) -> Entity:
    """Projects from before rule E14 hold texts that would be refused now."""
    mended_entity = dict(entity)
    for name, value in entity.items():
        if isinstance(value, str) and problem_with_text(value):
            mended_entity[name] = without_problems(value)
            loss_text = mended_value(collection, name, "holds characters that cannot be stored")
            mended_counts[loss_text] += 1
    return mended_entity


def _check_as_a_whole(path: Path, state: State) -> None:
    for where, fault in faults(state):
        raise BrokenSong(path, f"state.{where.replace('/', '.', 1)}", fault)
    for source, dest, _ in circles(state, from_master=False):
        raise BrokenSong(path, f"state.channels.{source}", f"feeds {dest}, which feeds it")
