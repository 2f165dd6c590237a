"""Each way suggests by what it has heard, and by nothing else."""

from loadtest.recall.ranking_methods import MOST, MostFrequent, MostRecent, Recall, Truth
from loadtest.recall.simulated_producer import Pick
from schema.recall.contexts import Circumstances
from schema.recall.estimate import LEAST_USES


def pick(key: str, days: float = 0.0, genre: str = "") -> Pick:
    return Pick(20_000 + days, key, Circumstances(genre=genre), {"a": 0.2, "b": 0.8})


def test_frequent_recent_and_true() -> None:
    frequent, recent, truth = MostFrequent(), MostRecent(), Truth()
    for way in (frequent, recent, truth):
        for key in "aabac":
            way.hear(pick(key))
    assert frequent.suggest(pick("x"))[0] == "a"
    assert list(recent.suggest(pick("x"))) == ["c", "a", "b"]
    assert list(truth.suggest(pick("x"))) == ["b", "a"]


def test_recall_tells_genres_apart_and_waits_for_ten_uses() -> None:
    recall = Recall(7.0)
    for n in range(LEAST_USES - 1):
        recall.hear(pick("old" if n % 2 else "new", n / 100, "trap" if n % 2 else "house"))
    assert recall.suggest(pick("x", 1, "trap")) == []
    recall.hear(pick("old", 0.5, "trap"))
    assert recall.suggest(pick("x", 1, "trap"))[0] == "old"
    assert recall.suggest(pick("x", 1, "house"))[0] == "new"
    assert len(recall.suggest(pick("x", 1))) <= MOST
    assert 0 < recall.confidence < 1
