import pytest

from persistence.errors import Taken
from persistence.pool import Database
from persistence.tables import users
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres


async def test_a_user_is_found_by_id_and_by_email_in_any_case(database: Database) -> None:
    user = await users.create(database, email="Ann@Example.org", username="Ann", name="Ann B")
    assert await users.by_id(database, user.id) == user
    assert await users.by_email(database, "ann@EXAMPLE.org") == user
    assert (user.email, user.username, user.name) == ("Ann@Example.org", "Ann", "Ann B")


async def test_who_is_not_there_is_not_found(database: Database) -> None:
    missing = "00000000-0000-0000-0000-000000000000"
    user = await make_user(database)
    assert await users.by_id(database, missing) is None
    assert await users.by_email(database, "nobody@example.org") is None
    assert await users.by_ids(database, [user.id, missing]) == {user.id: user}


@pytest.mark.parametrize(
    ("email", "username", "field"),
    [("ANN@example.org", "bob", "email"), ("bob@example.org", "ANN", "username")],
)
async def test_email_and_username_are_taken_in_any_case(
    database: Database, email: str, username: str, field: str
) -> None:
    await make_user(database, "ann")
    with pytest.raises(Taken) as taken:
        await users.create(database, email=email, username=username, name="")
    assert taken.value.field == field
