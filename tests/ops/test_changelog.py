"""CHANGELOG.md by version: what an operator must do comes first, for this version too."""

import re

from machine.deploying.package import version_of
from tests.ops.nodes import ROOT
from tests.ops.test_upgrade import versions_before

TO_DO = "What an operator must do"


def sections() -> dict[str, str]:
    """Version -> what the page says of it."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_this_version_is_the_first_and_those_before_follow() -> None:
    before = [version for version, _ in versions_before()]
    assert list(sections()) == [version_of(ROOT), *before]


def test_each_begins_with_what_an_operator_must_do() -> None:
    for version, text in sections().items():
        assert text.lstrip().startswith(f"### {TO_DO}\n\n1. "), version


def test_every_breaking_migration_is_told_there() -> None:
    told = "".join(text.split("### ")[1] for text in sections().values())
    for path in (ROOT / "schema" / "sql").glob("0*.sql"):
        number = path.name[:4]
        if int(number) > 28 and re.match(r"-- breaking: yes\b", path.read_text()):
            assert number in told


def test_the_page_says_of_every_pair_whether_they_run_side_by_side() -> None:
    page = (ROOT / "docs" / "operating" / "packages.md").read_text(encoding="utf-8")
    table = page.split("Nodes of these versions may serve one database side by side:\n\n")[1]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.split("\n\n")[0].splitlines()
    ]
    versions = [version_of(ROOT), *(version for version, _ in versions_before())]
    assert rows[0][1:] == versions[::-1] == [row[0] for row in rows[2:]]
