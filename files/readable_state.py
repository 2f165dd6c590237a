"""A project state as exports read it: collection -> id -> entity, none of which they change."""

from collections.abc import Mapping

Entity = Mapping[str, object]
Entities = Mapping[str, Entity]
State = Mapping[str, Entities]
