"""A made-up producer: what it picks over a year, session by session, while its taste changes.

A taste for each genre, of which a third is shared by all; sessions in one genre, with three
favourites of the evening; now and then a pick follows from the one before. Nothing of it is
measured on real users: it ranks methods, and promises no rates.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from schema.recall.contexts import Circumstances

GENRES = {"trap": 140, "house": 124, "ambient": 70, "techno": 132}
"""Name -> its usual tempo, in bpm."""

KEYS = 40
SHARED_TASTE_PART = 0.35
FAVOURITES = 3
OF_FAVOURITES = 0.20
FOLLOWING = 0.05
"""Shares: of a taste that all genres have; of picks from the evening's favourites, and of those
that follow from the one before."""

CHANGE_DAYS = 60
CHANGED = 0.6
DRIFT = 0.3
"""Every so many days each genre changes its taste with that probability. And each day, with the
probability `DRIFT`, two keys of a genre change places."""

SESSIONS_A_DAY = 1.6
PICKS = (8, 32)
PICK_DAYS = (0.5 / 1_440, 6 / 1_440)
"""From one pick to the next: half a minute to six."""

STEEPNESS = 1.2
"""How much more the first key of a taste is picked than the last: a Zipf law."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One choice. `truth`: how likely each key was, for who knows."""

    days: float
    key: str
    told_context: Circumstances
    truth: dict[str, float]


class Producer:
    """One, by its seed."""

    def __init__(self, seed: int, hour_share: float = 0.0) -> None:
        """`hour_share`: of a taste that depends on the time of day."""
        self._rng = random.Random(seed)
        self._hour_share = hour_share
        self._keys = [f"plug-in {n:02}" for n in range(KEYS)]
        self._shared = self._taste()
        self._tastes = {genre: self._taste() for genre in GENRES}
        self._of_hours = [self._taste() for _ in range(4)]
        self._follows = {key: self._rng.choice(self._keys) for key in self._keys}

    def year(self, first_day: float, days: int) -> Iterator[Pick]:
        """Its picks, in order of time."""
        for day in range(days):
            if day and day % CHANGE_DAYS == 0:
                self._change()
            self._drift()
            for hour in self._hours():
                yield from self.session(first_day + day + hour / 24)

    def session(self, days: float) -> Iterator[Pick]:
        """An evening in one genre, from that moment on."""
        rng = self._rng
        genre = rng.choices(list(GENRES), (4, 3, 2, 1))[0]
        bpm = round(rng.gauss(GENRES[genre], 4))
        taste = self._blend(genre, int(days % 1 * 4))
        favourites = rng.choices(list(taste), list(taste.values()), k=FAVOURITES)
        before = ""
        for _ in range(rng.randint(*PICKS)):
            truth = self._truth(taste, favourites, before)
            [key] = rng.choices(list(truth), list(truth.values()))
            circumstances = Circumstances(
                genre=genre, bpm=bpm, after=before, hour=int(days % 1 * 24)
            )
            yield Pick(days, key, circumstances, truth)
            before = key
            days += rng.uniform(*PICK_DAYS)

    def _hours(self) -> list[float]:
        count = int(SESSIONS_A_DAY) + (self._rng.random() < SESSIONS_A_DAY % 1)
        return sorted(self._rng.choice((10, 15, 20)) + self._rng.random() for _ in range(count))

    def _taste(self) -> dict[str, float]:
        order = self._rng.sample(self._keys, KEYS)
        weights = [1 / (rank + 1) ** STEEPNESS for rank in range(KEYS)]
        total = sum(weights)
        return {key: weight / total for key, weight in zip(order, weights, strict=True)}

    def _change(self) -> None:
        for genre in GENRES:
            if self._rng.random() < CHANGED:
                self._tastes[genre] = self._taste()

    def _drift(self) -> None:
        for taste in self._tastes.values():
            if self._rng.random() < DRIFT:
                one_key, other_key = self._rng.sample(self._keys, 2)
                taste[one_key], taste[other_key] = taste[other_key], taste[one_key]

    def _blend(self, genre: str, part_of_day: int) -> dict[str, float]:
        genre_taste, hour = self._tastes[genre], self._of_hours[part_of_day]
        share = self._hour_share
        return {
            key: (1 - share)
            * (SHARED_TASTE_PART * self._shared[key] + (1 - SHARED_TASTE_PART) * genre_taste[key])
            + share * hour[key]
            for key in self._keys
        }

    def _truth(
        self, taste: dict[str, float], favourites: list[str], before: str
    ) -> dict[str, float]:
        following_share = FOLLOWING if before else 0.0
        remaining_share = 1 - OF_FAVOURITES - following_share
        truth = {key: remaining_share * share for key, share in taste.items()}
        for key in favourites:
            truth[key] += OF_FAVOURITES / FAVOURITES
        if before:
            truth[self._follows[before]] += following_share
        return truth
