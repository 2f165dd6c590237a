from itertools import chain

import pytest

from persistence.errors import NotFound, Taken
from persistence.pool import Database
from persistence.tables import auth_credentials
from server.accounts.hashing.costs import OWASP
from server.accounts.hashing.hashes import Hashes
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


FIREBASE = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=YWJj"
OURS = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21l$aGFzaGhhc2hoYXNoaGFzaA"


async def test_A71_of_each_kind_of_hash_that_is_not_ours_one_is_found(database: Database) -> None:
    imported = {
        "$2b$12": ["$2b$12$" + "a" * 53, "$2b$12$" + "b" * 53],
        "$2a$10": ["$2a$10$" + "a" * 53],
        "$argon2id$v=19$m=65536,t=3,p=4": ["$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"],
        "$argon2i$m=512,t=2,p=2": ["$argon2i$m=512,t=2,p=2$c29tZXNhbHQ$aGFzaA"],
        FIREBASE: [f"{FIREBASE}$YWJj$YWJj", f"{FIREBASE}$YWJk$YWJk"],
    }
    for stored in [*chain(*imported.values()), OURS, OURS, "no hash", "$1$abc$def"]:
        user = await make_user(database)
        await auth_credentials.create_password(database, user.id, stored)
    found = await auth_credentials.foreign_kinds(database, 10)
    assert found.keys() == imported.keys()
    assert all(found[kind] in imported[kind] for kind in imported)
    assert len(await auth_credentials.foreign_kinds(database, 3)) == 3


async def test_A71_ours_are_as_the_index_leaves_them_out(database: Database) -> None:
    made = Hashes(OWASP).make("correct horse")
    user = await make_user(database)
    await auth_credentials.create_password(database, user.id, made)
    assert await auth_credentials.foreign_kinds(database, 10) == {}


async def test_A71_however_many_accounts_there_are_the_index_alone_is_read(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        plan = await tx.fetch(f"EXPLAIN {auth_credentials.FOREIGN_KINDS}".replace("$1", "10"))
    text = "\n".join(row[0] for row in plan)
    assert text.count("auth_credentials_foreign_hash_idx") == 2
    assert "Sort" not in text
