"""The one form of an e-mail address (rule A6)."""

import pytest

from schema.text.email_addresses import NoAddress, as_kept, key_of, keys_of

INVISIBLE = ("\u00ad", "\u034f", "\u180b", "\u200b", "\u2060", "\ufe0f", "\ufeff", "\U000e0100")
"""Of these IDNA leaves nothing (UTS 46: ignored)."""

SHOWS_NOTHING = (*INVISIBLE, "\u061c", "\u200c", "\u200d", "\u200e", "\u200f", "\u2800", "\u3164")

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
    ("email", "kept"),
    [
        ("Ann@Example.ORG", "Ann@Example.ORG"),
        ("Ann@B\u00fccher.example", "Ann@b\u00fccher.example"),
        ("u\u0308nal@example.org", "\u00fcnal@example.org"),
        ("ann@bu\u0308cher\u3002example", "ann@b\u00fccher.example"),
        *((f"ann@exam{one}ple.org", "ann@example.org") for one in INVISIBLE),
        ("ann", "ann"),
        ("ann@\u200b.org\u0378", "ann@\u200b.org\u0378"),
    ],
    ids=ascii,
)
def test_A66_an_address_is_kept_without_what_nobody_sees(email: str, kept: str) -> None:
    assert as_kept(email) == as_kept(kept) == kept


@pytest.mark.parametrize("one", SHOWS_NOTHING, ids=ascii)
def test_A66_before_the_at_each_character_shows_something(one: str) -> None:
    for local in (f"an{one}n", f"\u0628{one}\u0628", f"{one}ann", f"ann{one}"):
        with pytest.raises(NoAddress, match="words joined by single dots"):
            key_of(f"{local}@example.org")


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
