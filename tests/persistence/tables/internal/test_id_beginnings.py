"""What is found by the beginning of an id, and what is no beginning of any."""

import pytest

from persistence.pool import Database
from persistence.tables import auth_sessions, users
from persistence.tables.internal import id_beginnings
from persistence.tables.users import UserRow
from schema.text.id_beginnings import FoundId, several_in_words
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

ID = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a7"

MOVE = "UPDATE prime_users SET id = $2 WHERE id = $1"


async def make(database: Database, name: str, id: str) -> UserRow:
    user = await users.create(database, email=f"{name}@example.com", username=name, name=name)
    await database.execute(MOVE, user.id, id)
    return user


@pytest.mark.parametrize(
    ("beginning", "is_one"),
    [
        ("0b8f", True),
        ("0b8f7a52", True),
        ("0b8f7a52-", True),
        ("0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a71", True),
        ("0b8", False),
        ("", False),
        ("0b8f-", False),
        ("0b8f7a526f", False),
        ("0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a712", False),
        ("0B8F7A52", True),
        ("0b8f7A52-6F0E", True),
        ("0b8f%", False),
        ("song", False),
        ("----", False),
        ("\N{ARABIC-INDIC DIGIT ZERO}" * 4, False),
    ],
)
async def test_an_id_begins_so_letter_by_letter(
    database: Database, beginning: str, is_one: bool
) -> None:
    await make(database, "ann", f"{ID}1")
    await make(database, "ben", "0b90" + f"{ID}1"[4:])
    found = [FoundId(f"{ID}1", "ann")] if is_one else []
    assert await id_beginnings.users(database, beginning) == found


async def test_of_many_one_more_than_are_told_is_found(database: Database) -> None:
    for number, digit in enumerate("0123456789ab"):
        await make(database, f"user{number}", f"{ID}{digit}")
    several = await id_beginnings.users(database, ID)
    assert [each.id for each in several] == [f"{ID}{digit}" for digit in "0123456789a"]
    words = several_in_words(ID, several)
    assert words.startswith(f"several ids begin with {ID}: {ID}0 (user0), ")
    assert words.endswith("(user9) and others; type more of the one that is meant")
    assert "others" not in several_in_words(ID, several[:10])


async def test_a_login_that_has_ended_is_found_no_more(database: Database) -> None:
    ann = await users.create(database, email="ann@example.com", username="ann", name="Ann")
    login = await auth_sessions.create(database, ann.id, "laptop", 60)
    assert await id_beginnings.logins(database, login.id[:8]) == [FoundId(login.id, "ann")]
    await auth_sessions.revoke(database, login.id, "for a test")
    assert await id_beginnings.logins(database, login.id[:8]) == []


async def test_a_project_is_found_with_its_name(database: Database) -> None:
    project = await make_project(database, await make_user(database, "ann"))
    expected = [FoundId(project.id, project.name)]
    assert await id_beginnings.projects(database, project.id[:9]) == expected
