"""Two servers: the embedded PostgreSQL, and the one that the system's packages bring."""

from collections.abc import Iterator

import pytest

from tests.debian_servers import debian_postgres
from tests.three_roles import ThreeRoles, three_roles


@pytest.fixture(scope="package")
def debian_dsn() -> Iterator[str]:
    """Of the superuser of a server that lets only few in."""
    settings = "max_connections=20", "superuser_reserved_connections=3", "fsync=off"
    with debian_postgres(*settings) as port:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@pytest.fixture(scope="package")
def debian(debian_dsn: str) -> Iterator[ThreeRoles]:
    """A migrated database of three roles."""
    with three_roles(debian_dsn) as made:
        yield made


@pytest.fixture(scope="package")
def embedded(postgres_dsn: str, template_name: str) -> Iterator[ThreeRoles]:
    """One that was migrated as one role."""
    server = postgres_dsn.replace("//prime@", "//postgres@")
    with three_roles(server, template=template_name) as made:
        yield made


@pytest.fixture(scope="package", params=["embedded", "debian"])
def parted(request: pytest.FixtureRequest) -> ThreeRoles:
    """Each of both."""
    made: ThreeRoles = request.getfixturevalue(request.param)
    return made
