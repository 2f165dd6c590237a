"""No two things that programs import have one name."""

import importlib
import inspect
import pkgutil
from collections import defaultdict

import prime_client


def test_no_two_public_classes_have_one_name() -> None:
    places = defaultdict[str, set[str]](set)
    for info in pkgutil.walk_packages(prime_client.__path__, "prime_client."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == info.name and name[0] != "_":
                places[name].add(info.name)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_what_a_watch_tells_is_imported_from_the_package() -> None:
    names = {"Rows", "RowsResynced", "RowEntered", "RowChanged", "RowLeft", "RowEvent", "Watch"}
    assert names <= set(prime_client.__all__)
