"""A provider that a test makes up."""

from collections.abc import Iterator

import pytest

from tests.server.accounts.providers.made_up import MadeUp, made_up


@pytest.fixture
def provider() -> Iterator[MadeUp]:
    with made_up() as made:
        yield made
