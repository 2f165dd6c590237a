"""A directory of backups: how files are named, which are whole, and which are ours to delete."""

import fcntl
import hashlib
import os
import pwd
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from machine.reading.plain_file import (
    NotPlain,
    may_be_written_by_others,
    open_lock,
    opened_plain,
    read_plain,
)
from machine.terminals.progress import Tell, tell_nobody
from persistence.backups.contents import Contents, ServerFacts

FORMAT = "prime backup 1"
NAME = re.compile(r"prime-\d{8}T\d{6}Z-\d{4}\.dump")
PART = re.compile(r"prime-\d{8}T\d{6}Z\.(dump|json)\.part")
LOCK = ".prime-backup.lock"
PRIVATE = 0o600
MOST_OF_MANIFEST = 4_194_304
"""Bytes of a manifest that is read; one has some hundred a table."""
SLICE_HASHED = 16_777_216
"""Bytes of a file between two words of how far it is."""
WAIT_SECONDS = 0.2
"""Between two looks whether a name is free."""


class NotKept(Exception):
    """What a backup, a restore or a rehearsal is refused for; the message is one sentence."""


class Unreadable(NotKept):
    """It is there, and this user may not read it."""

    def __init__(self, path: Path, error: OSError) -> None:
        me, owner = _unix_user_name(os.geteuid()), _unix_user_name(path.parent.stat().st_uid)
        super().__init__(
            f"{path.name} cannot be read by user {me}: {error.strerror}; as root: chown {owner}"
            f" {path.with_suffix('.*')}"
        )


class Manifest(msgspec.Struct, frozen=True):
    """Beside each dump. Times are of UTC, as ISO 8601 has them; `program`: which wrote the dump."""

    format: str
    file: str
    sha256: str
    bytes: int
    begun_at: str
    ended_at: str
    prime: str
    program: str
    program_major: int
    server: ServerFacts
    contents: Contents

    @property
    def seconds(self) -> float:
        """How long it took."""
        begun_at, ended_at = (datetime.fromisoformat(at) for at in (self.begun_at, self.ended_at))
        return (ended_at - begun_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Backup:
    """One that is whole: a dump with its manifest."""

    dump: Path
    manifest: Manifest


def stamp(at: datetime) -> str:
    """`20261127T054550Z`: names sort as times do."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def manifest_path(dump: Path) -> Path:
    """Where the manifest of a dump is."""
    return dump.with_suffix(".json")


def read(dump: Path) -> Manifest:
    """Of this dump. Raises `NotKept`."""
    path = manifest_path(dump)
    try:
        manifest = msgspec.json.decode(read_plain(path, MOST_OF_MANIFEST)[0], type=Manifest)
    except PermissionError as error:
        raise Unreadable(path, error) from None
    except OSError as error:
        raise NotKept(
            f"{path}: {error.strerror}: without its manifest nothing says whether {dump.name} is "
            "whole; nothing was done"
        ) from None
    except NotPlain as error:
        raise NotKept(f"{path} {error}, and no manifest of a backup; nothing was done") from None
    except UnicodeDecodeError:
        why = "it is no text in UTF-8"
        raise NotKept(f"{path} is no manifest of a backup: {why}; nothing was done") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise NotKept(f"{path} is no manifest of a backup: {error}; nothing was done") from None
    if manifest.format != FORMAT or manifest.file != dump.name:
        raise NotKept(f"{path} is not the manifest of {dump.name}; nothing was done")
    return manifest


def backups_in(directory: Path) -> list[Backup]:
    """The whole ones, the newest first; whatever else is there is left alone."""
    return [backup for backup in _read_directory(directory) if isinstance(backup, Backup)]


def unreadable_in(directory: Path) -> list[str]:
    """What else is there, and may be a backup: a sentence for each."""
    return [str(backup) for backup in _read_directory(directory) if isinstance(backup, Unreadable)]


def _read_directory(directory: Path) -> list[Backup | Unreadable]:
    try:
        dumps = sorted((p for p in directory.iterdir() if NAME.fullmatch(p.name)), reverse=True)
    except OSError as error:
        raise NotKept(
            f"{directory}: {error.strerror}; name the directory that ./run backup --to was given"
        ) from None
    backups: list[Backup | Unreadable] = []
    for dump in dumps:
        try:
            backups.append(Backup(dump, read(dump)))
        except Unreadable as error:
            backups.append(error)
        except NotKept:
            continue
    return backups


def newest(directory: Path) -> Backup:
    """Raises `NotKept` where there is none, and where it cannot be read: an older one is not it."""
    backups = _read_directory(directory)
    if not backups:
        raise NotKept(f"{directory} holds no backup; ./run backup --to {directory} makes one")
    if isinstance(backups[0], Unreadable):
        raise backups[0]
    return backups[0]


def verify(dump: Path, manifest: Manifest, tell: Tell = tell_nobody) -> None:
    """Raises `NotKept` where a byte of the dump is another one than was written."""
    try:
        size, sha256 = dump.stat().st_size, hashed(dump, tell)
    except PermissionError as error:
        raise Unreadable(dump, error) from None
    except NotPlain as error:
        raise NotKept(f"{dump} {error}, and no dump; nothing was done") from None
    except OSError as error:
        raise NotKept(f"{dump}: {error.strerror}; nothing was done") from None
    if (size, sha256) != (manifest.bytes, manifest.sha256):
        raise NotKept(
            f"{dump} is damaged: its {size:,} bytes have the SHA-256 {sha256[:16]}..., its manifest"
            f" says {manifest.bytes:,} and {manifest.sha256[:16]}...; nothing was done: take "
            "another copy of it, or an older backup"
        )


def hashed(path: Path, tell: Tell = tell_nobody) -> str:
    """The SHA-256 of a plain file, which is told in bytes. Raises `NotPlain` and `OSError`."""
    digest = hashlib.sha256()
    with opened_plain(path, follows=True) as (file, status):
        done = 0
        while chunk := file.read(SLICE_HASHED):
            tell("checking the file, byte by byte", done, status.st_size)
            digest.update(chunk)
            done += len(chunk)
    return digest.hexdigest()


def _not_written(directory: Path, error: OSError) -> NotKept:
    return NotKept(f"{directory}: {error.strerror}; nothing was done: name another directory")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """One backup at a time; what one that was killed has left is cleared. Raises `NotKept`."""
    try:
        _make(directory)
        _refuse_open_to_others(directory)
        with suppress(FileExistsError):
            begin(directory / LOCK)
        descriptor = open_lock(directory / LOCK, PRIVATE)
    except NotPlain as error:
        raise NotKept(f"{directory / LOCK} {error}; nothing was done: delete it") from None
    except PermissionError as error:
        if (directory / LOCK).exists():
            raise Unreadable(directory / LOCK, error) from None
        raise _not_written(directory, error) from None
    except OSError as error:
        raise _not_written(directory, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotKept(
                f"another backup is being written to {directory}; nothing was done: wait for it"
            ) from None
        for path in directory.iterdir():
            if PART.fullmatch(path.name):
                path.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def _make(directory: Path) -> None:
    """It alone: above it may be a share that is not mounted. Raises `NotKept` and `OSError`."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if directory.parent.exists():
            raise
        raise NotKept(
            f"{directory.parent} is not there; nothing was done: make it, or mount what it is on"
        ) from None


def _refuse_open_to_others(directory: Path) -> None:
    """What others may exchange there is no backup; a sticky directory of ours is fine."""
    if may_be_written_by_others(directory):
        raise NotKept(
            f"others may write to {directory}, and put files in the place of a backup; nothing was"
            f" done: chmod go-w {directory}"
        )


def free_moment(directory: Path) -> datetime:
    """Now, or soon: names are of a second, and no two backups have one name."""
    while any(directory.glob(f"prime-{stamp(datetime.now(UTC))}*")):
        time.sleep(WAIT_SECONDS)
    return datetime.now(UTC)


def begin(path: Path) -> None:
    """An empty file that only we may read; of root's: only the owner of the directory."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        if os.geteuid() == 0:
            directory_status = path.parent.stat()
            os.fchown(descriptor, directory_status.st_uid, directory_status.st_gid)
    finally:
        os.close(descriptor)


def finish(part: Path, dump: Path, manifest: Manifest) -> None:
    """Both are on the disk, then both get their names: the dump last, so it is never alone."""
    manifest_part = manifest_path(dump).with_name(f"{part.stem.removesuffix('.dump')}.json.part")
    begin(manifest_part)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    manifest_part.write_bytes(text + b"\n")
    for path in (part, manifest_part):
        _sync(path, os.O_RDWR)
    manifest_part.rename(manifest_path(dump))
    part.rename(dump)
    _sync(dump.parent, os.O_RDONLY)


def forget(directory: Path, keep: int, manifest: Manifest) -> list[str]:
    """Delete all but the newest `keep` of this database; the names of what is gone.

    A file that is not named and described as one of ours is never touched: of another server, or
    of one that does not say which it is, none is ours.
    """
    own_backups = [
        backup
        for backup in backups_in(directory)
        if _is_of_one(backup.manifest.server, manifest.server)
    ]
    deleted_names = []
    for own_backup in own_backups[keep:]:
        own_backup.dump.unlink(missing_ok=True)
        manifest_path(own_backup.dump).unlink(missing_ok=True)
        deleted_names.append(own_backup.dump.name)
    return deleted_names


def _is_of_one(server: ServerFacts, other_server: ServerFacts) -> bool:
    is_known = server.system is not None
    return is_known and (server.system, server.database) == (
        other_server.system,
        other_server.database,
    )


def discard(
    directory: Path, moment: str, on_gone: Callable[[Path], None] = lambda _p: None
) -> None:
    """What a backup that failed has written."""
    for path in directory.glob(f"prime-{moment}.*.part"):
        path.unlink(missing_ok=True)
        on_gone(path)


def _unix_user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _sync(path: Path, open_flags: int) -> None:
    descriptor = os.open(path, open_flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
