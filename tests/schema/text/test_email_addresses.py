"""The one form of an e-mail address (rule A6)."""

import pytest

from schema.text.email_addresses import NoAddress, key_of, keys_of

ANN = "ann@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("ann@example.org.", "ann@example.org"),
        ("ann.b+c@example.org", "ann.b+c@example.org"),
        ("ann@b\u00fccher.example", ANN),
        ("ann@B\u00dcCHER.example", ANN),
        ("ann@bu\u0308cher.example", ANN),
        ("ann@XN--BCHER-KVA.example", ANN),
        ("ann@b\u00fccher\u3002example", ANN),  # the full stop of a Japanese keyboard
        ("ann@\uff45xample.org", "ann@example.org"),
        ("\u00dcnal@example.org", "\u00fcnal@example.org"),
        ("u\u0308nal@example.org", "\u00fcnal@example.org"),
        ("stra\u00dfe@fa\u00df.de", "stra\u00dfe@xn--fa-hia.de"),  # not that of strasse@fass.de
    ],
)
def test_A6_an_address_has_one_form(email: str, key: str) -> None:
    assert key_of(email) == key
    assert key_of(key) == key
    assert keys_of(email)[-1] == key


@pytest.mark.parametrize(
    "email",
    [
        "ann\u200b@example.org",
        "a\u202enn@example.org",
        "\u00adann@example.org",
        "ann..b@example.org",
        ".ann@example.org",
        '"ann"@example.org',
        "ann@exa_mple.org",
        "ann@-example.org",
        "ann@example..org",
        "ann@xn--.org",
        "ann@org",
        "ann@\u200b.org",
        f"{'a' * 65}@example.org",
        "\u00fc" * 33 + "@example.org",
        f"ann@{'a' * 64}.org",
        f"ann@{'a.' * 130}org",
    ],
    ids=ascii,
)
def test_A6_what_is_no_address_is_told_in_words(email: str) -> None:
    with pytest.raises(NoAddress, match="address"):
        key_of(email)
    assert keys_of(email) == [email.lower()]
