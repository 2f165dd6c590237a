"""What is shown of a secret."""

import pytest

from machine.settings.masking import HIDDEN, holds_secret, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hunter22", HIDDEN),
        ("", HIDDEN),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("postgresql://prime@db/prime", "postgresql://prime@db/prime"),
        ("postgresql://prime:hunter22@db,db2:5433/prime",
         f"postgresql://prime:{HIDDEN}@db,db2:5433/prime"),
        ("postgresql://prime:hunter22/@:x@db/prime", f"postgresql://prime:{HIDDEN}@db/prime"),
        ("redis://:hunter22@db", f"redis://:{HIDDEN}@db"),
        ("postgresql://db/x?password=hunter22&sslmode=require",
         f"postgresql://db/x?password={HIDDEN}&sslmode=require"),
        ("postgresql://db/x?hunter22", f"postgresql://db/x?hunter22={HIDDEN}"),
        ("unix://u:hunter22@/run/redis.sock?db=1", f"unix://u:{HIDDEN}@/run/redis.sock?db=1"),
    ],
)  # fmt: skip
def test_no_password_is_shown(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert holds_secret(text) == (text not in ("", shown))
