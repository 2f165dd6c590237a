"""A song being imported: entities as the project state keeps them, and what could not be kept."""

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from files.broken_song import BrokenSong
from files.fitted_values import fit
from files.losses import Loss, item_of, mended
from files.music.in_time import counting
from files.song_ops import Op, state_ops
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, defaults, empty_state
from schema.limits import MAX_ENTITIES, MAX_NAME_LENGTH
from schema.order_keys import between
from schema.text.text_rules import nearest_name

Entity = dict[str, object]
State = dict[str, dict[str, Entity]]
"""A state that is still being built; `files.readable_state` has those that are only read."""

_ID_BYTES = 12
_MAX_BLOB_BYTES = 16 * 1_048_576


class InList(TypedDict):
    """Of `projects.create`, beside the name."""

    bpm: float
    signature: str
    key: str | None
    scale: str | None


@dataclass(frozen=True, slots=True)
class SongCounts:
    """How much a song holds: as entities of the project state, not as the file counted."""

    tracks: int
    channels: int
    devices: int
    clips: int
    notes: int
    lanes: int
    points: int
    entities: int


class Song:
    """Collects entities. What is added always satisfies `schema.entities`: misfits are mended
    and reported in `problems`.

    A reader gives the bytes of the file as `content` and adds things in the order of the file: ids
    come from that content, the collection and how many were added before, so that the same file
    is the same state every time. Without `content` they are random.
    """

    def __init__(
        self, name: str, source: Path | str = "song", content: bytes | None = None
    ) -> None:
        self.source = source
        self.state: State = {}
        for collection, entities in empty_state("").items():
            assert isinstance(entities, dict)
            self.state[collection] = entities
        # What the file itself counts, by its own words ("patterns", "notes"): for the report.
        self.file_counts: dict[str, int] = {}
        # Plug-in states by "sha256:...", for whoever uploads them; devices point here.
        self.blobs: dict[str, bytes] = {}
        self._losses: dict[str, Loss] = {}
        master = str(self.state["channels"][MASTER_CHANNEL]["order"])
        # By lane (or "tempo", "signatures") and time: who is there, the left one first.
        self._points_at: dict[tuple[str, float], list[str]] = {}
        self._last_order: dict[tuple[str, str | None], str] = {("channels", None): master}
        # What ids are derived from, and how many each collection has been given.
        self._seed = secrets.token_bytes() if content is None else hashlib.sha256(content).digest()
        self._minted: Counter[str] = Counter()
        self._size = sum(map(len, self.state.values()))
        self.change("project", "project", name=name)

    @property
    def name(self) -> str:
        return str(self.state["project"]["project"]["name"])

    @property
    def problems(self) -> list[str]:
        """What the file holds and the project does not, most frequent first."""
        return [str(loss) for loss in self.losses]

    @property
    def losses(self) -> list[Loss]:
        """The same, with the items that are meant."""
        return sorted(self._losses.values(), key=lambda loss: -loss.count)

    @property
    def counts(self) -> SongCounts:
        size = {collection: len(entities) for collection, entities in self.state.items()}
        return SongCounts(
            tracks=size["tracks"],
            channels=size["channels"],
            devices=size["devices"],
            clips=size["clips"],
            notes=size["notes"],
            lanes=size["lanes"],
            points=size["points"],
            entities=sum(size.values()),
        )

    @property
    def in_list(self) -> InList:
        """What the row of its project says in lists: how it begins."""
        signature = counting(self.state["signatures"], "signatures")[0]
        bpm = counting(self.state["tempo"], "tempo")[0]["bpm"]
        assert isinstance(bpm, int | float)
        return InList(
            bpm=float(bpm),
            signature=f"{signature['num']}/{signature['den']}",
            key=self._shown_in_list("key"),
            scale=self._shown_in_list("scale"),
        )

    def _shown_in_list(self, name: str) -> str | None:
        """A text of the project, as near to it as a row may hold it (rule E8)."""
        text = self.state["project"]["project"][name]
        most = ENTITY_TYPES["project"][name].max_length
        return None if text is None else nearest_name(str(text), most) or None

    def be_called(self, name: str) -> None:
        """As its project is in lists; a name of the file that is shown as this one stays."""
        if nearest_name(self.name, MAX_NAME_LENGTH) != name:
            self.change("project", "project", name=name)

    # Building.

    def add(self, collection: str, **props: object) -> str:
        """A new entity; the answer is its id."""
        if self._size >= MAX_ENTITIES:
            raise BrokenSong(
                self.source,
                "",
                f"holds more than {MAX_ENTITIES:,} entities (tracks, clips, notes, points ...), "
                "the most a project may have: split the song or thin out its automation",
            )
        self._size += 1
        entity_id = self._mint(collection)
        entity = defaults(collection) | self._fitted(collection, props)
        self.state[collection][entity_id] = entity
        if collection == "clips":
            self._let_track_hold(entity)
        return entity_id

    def _let_track_hold(self, clip: Mapping[str, object]) -> None:
        """Formats let any clip lie on any track; here a track names what it holds."""
        track = self.state["tracks"].get(str(clip["track"]), {})
        content = track.get("content")
        if isinstance(content, list) and clip["kind"] not in content:
            track["content"] = [*content, clip["kind"]]

    def change(self, collection: str, entity_id: str, **props: object) -> None:
        """Other properties for an entity that is already there."""
        self.state[collection][entity_id].update(self._fitted(collection, props))

    def replace_state(self, state: State) -> None:
        """Take over a whole state that has been checked."""
        self.state = state
        self._size = sum(map(len, state.values()))

    def remove(self, collection: str, entity_id: str) -> None:
        """Take an entity out again; what points to it is the caller's business."""
        del self.state[collection][entity_id]
        self._size -= 1

    def remove_lane(self, lane_id: str) -> int:
        """Take a lane out again with its points; the answer is how many those were."""
        points = [key for key, point in self.state["points"].items() if point["lane"] == lane_id]
        for point_id in points:
            self.remove("points", point_id)
        self.remove("lanes", lane_id)
        return len(points)

    def next_order(self, collection: str, parent: str | None = None) -> str:
        """The order key after the last one given out among these siblings."""
        key = between(self._last_order.get((collection, parent)), None)
        self._last_order[collection, parent] = key
        return key

    def add_point(self, lane: str, time: float, value: float, interp: str) -> None:
        """A point of automation. Two at one time are a jump; of more the first and last count."""
        time = self._fitted_time("points", time)
        points = self._points_at.setdefault((lane, time), [])
        if len(points) < 2:
            props = {"lane": lane, "time": time, "value": value, "interp": interp}
            points.append(self.add("points", **props, slot=len(points)))
        else:
            self.change("points", points[1], value=value, interp=interp)
            self.lost("automation points between two others at the same time")

    def add_tempo(self, time: float, bpm: float, interp: str = "hold") -> None:
        """A tempo from this beat on, after those added before; at or before 0 the last one counts.

        Two at one time are a jump: the first is where a glide ends, the second counts from there.
        """
        if time <= 0:
            self.change("tempo", "tempo_start", bpm=bpm, interp=interp)
            return
        time = self._fitted_time("tempo", time)
        points = self._points_at.setdefault(("tempo", time), [])
        if len(points) < 2:
            props = {"time": time, "bpm": bpm, "interp": interp}
            points.append(self.add("tempo", **props, slot=len(points)))
        else:
            self.change("tempo", points[1], bpm=bpm, interp=interp)
            self.lost("tempi between two others at the same time")

    def add_signature(self, time: float, num: int, den: int) -> None:
        """A time signature from this beat on."""
        if time <= 0:
            self.change("signatures", "signature_start", num=num, den=den)
            return
        time = self._fitted_time("signatures", time)
        points = self._points_at.setdefault(("signatures", time), [])
        if points:
            self.change("signatures", points[0], num=num, den=den)
            self.lost("time signatures at the time of a later one")
        else:
            points.append(self.add("signatures", time=time, num=num, den=den))

    def _fitted_time(self, collection: str, time: float) -> float:
        """Before it is asked who is there: two that are past the end of all songs meet there."""
        return float(str(self._fitted(collection, {"time": time})["time"]))

    def keep_blob(self, content: bytes) -> str | None:
        """Keep a plug-in's state for upload; the answer is what a device's `stateRef` holds."""
        if len(content) > _MAX_BLOB_BYTES:
            self.lost("plug-in states larger than 16 MiB were left out")
            return None
        reference = "sha256:" + hashlib.sha256(content).hexdigest()
        self.blobs[reference] = content
        return reference

    def lost(self, loss_text: str, count: int = 1, item: str = "") -> None:
        """Report what cannot be kept; equal reports are counted together.

        `item` is the one thing that is meant, by a name that a musician knows.
        """
        if not count:
            return
        self._losses.setdefault(loss_text, Loss(loss_text)).add(count, item)

    def _mint(self, collection: str) -> str:
        self._minted[collection] += 1
        id_source = f"{collection} {self._minted[collection]}".encode()
        digest = hashlib.blake2b(id_source, digest_size=_ID_BYTES, key=self._seed).digest()
        return base64.urlsafe_b64encode(digest).decode()

    def _fitted(self, collection: str, props: Mapping[str, object]) -> Entity:
        fields = ENTITY_TYPES[collection]
        entity: Entity = {}
        for name, value in props.items():
            entity[name], fault = fit(fields[name], value)
            if fault:
                self.lost(
                    mended(collection, name, fault), item=item_of(self.state, collection, props)
                )
        return entity

    # Telling.

    def to_ops(self) -> list[Op]:
        """The song as the ops that make it out of an empty project, parents first."""
        return state_ops(self.state)
