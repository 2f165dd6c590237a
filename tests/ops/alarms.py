"""ops/prometheus/rules.yml read into parts; promtool says whether it is right as a whole."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.operating.chapters import ROOT
from tests.operating.known_metrics import families

PROMETHEUS = ROOT / "ops" / "prometheus"

ENDS = ("_bucket", "_count", "_sum")
"""Of histograms, after the name."""

TARGET = ("job", "instance")
"""Labels that Prometheus adds."""

_NAME = re.compile(r"\b(?:prime|process|python)_[a-z_]+\b")
_LABEL = re.compile(r'\b(prime_[a-z_]+)\{[^}]*?\b(\w+)=~?"([a-z_|]+)"')


@dataclass(frozen=True)
class Alarm:
    """One, with all that it says."""

    name: str
    text: str

    def said(self, key: str) -> str:
        """What stands behind `key:`, folded to one line; empty: nothing."""
        found = re.search(rf"^( *){key}: (.*(?:\n\1 +.*)*)", self.text, re.M)
        text = "" if found is None else re.sub(r"\s+", " ", found[2])
        return re.sub(r"^(?:>-|\|-) ", "", text).strip("'")

    @property
    def severity(self) -> str:
        return self.said("labels").removeprefix("{severity: ").removesuffix("}")


def alarms() -> list[Alarm]:
    """In the order of the file."""
    text = (PROMETHEUS / "rules.yml").read_text(encoding="utf-8")
    _, *parts = re.split(r"\n +- alert: (\w+)\n", text)
    texts = [re.split(r"\n  - name: ", part)[0] for part in parts[1::2]]
    return [Alarm(name, text) for name, text in zip(parts[::2], texts, strict=True)]


def asked(query: str) -> set[str]:
    """The metrics of ours that a query asks for, by the names of their families."""
    known, found = families().keys(), set()
    for name in _NAME.findall(query):
        short = next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)
        found.add(short if short in known else name)
    return found


def unknown(query: str) -> list[str]:
    """What it asks for and no node shows: metrics, and values of labels."""
    known = families()
    wrong = sorted(asked(query) - known.keys())
    for name, label, values in _LABEL.findall(query):
        if label in TARGET:
            continue
        shown = {sample.labels.get(label) for sample in known.get(name, ())}
        wrong += [f"{name} {label}={one}" for one in values.split("|") if one not in shown]
    return wrong


def read(path: Path) -> str:
    """A text of this repository."""
    return path.read_text(encoding="utf-8")
