from loadtest.scenarios.calls.call_kinds import KINDS, ROWS_OF_EACH, Caller
from schema.calls import METHODS


def caller() -> Caller:
    presets = [f"preset {n}" for n in range(ROWS_OF_EACH)]
    return Caller(0, "user", [], "project", presets)


def test_every_kind_is_a_call_that_exists() -> None:
    assert {kind.method for kind in KINDS} <= METHODS.keys()
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert isinstance(kind.params(caller(), 7), dict)
