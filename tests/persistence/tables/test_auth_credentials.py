import pytest

from persistence.errors import NotFound, Taken
from persistence.pool import Database
from persistence.tables import auth_credentials
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres


async def test_a_password_is_created_once_and_replaced(database: Database) -> None:
    user = await make_user(database)
    assert await auth_credentials.password_of(database, user.id) is None
    with pytest.raises(NotFound):
        await auth_credentials.set_password(database, user.id, "$argon2$new")
    await auth_credentials.create_password(database, user.id, "$argon2$one")
    with pytest.raises(Taken):
        await auth_credentials.create_password(database, user.id, "$argon2$two")
    assert await auth_credentials.password_of(database, user.id) == "$argon2$one"
    await auth_credentials.set_password(database, user.id, "$argon2$new")
    assert await auth_credentials.password_of(database, user.id) == "$argon2$new"
