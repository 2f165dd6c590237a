import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from machine.reading.plain_file import read_plain
from persistence.backups.contents import Contents, ProjectsContent, ServerFacts
from server.backups import backup_directory
from server.backups.backup_directory import Manifest, NotKept
from server.backups.restoring import opened
from tests.machine.reading.test_plain_file import strange

AT = "2026-11-27T05:45:50.000+00:00"


HERE = ServerFacts("prime", 15, "15.18", False, "77")


def manifest(name: str, server: ServerFacts = HERE, size: int = 5, sha256: str = "") -> Manifest:
    contents = Contents({}, ProjectsContent(0, 0, ""), [], [])
    return Manifest(
        backup_directory.FORMAT, name, sha256, size, AT, AT, "1", "pg_dump", 15, server, contents
    )


def whole(directory: Path, second: int, server: ServerFacts = HERE) -> Path:
    dump = directory / f"prime-20261127T0545{second:02}Z-0047.dump"
    dump.write_bytes(b"PGDMP")
    described = manifest(dump.name, server, sha256=backup_directory.hashed(dump))
    backup_directory.manifest_path(dump).write_bytes(msgspec.json.encode(described))
    return dump


def test_the_newest_whole_one_is_found_and_one_without_a_manifest_is_none(tmp_path: Path) -> None:
    whole(tmp_path, 1)
    newest = whole(tmp_path, 2)
    (tmp_path / "prime-20261127T054559Z-0047.dump").write_bytes(b"PGDMP")
    assert backup_directory.newest(tmp_path).dump == newest
    with pytest.raises(NotKept, match=r"holds no backup; \./run backup --to"):
        backup_directory.newest(tmp_path / "..")


@pytest.mark.parametrize("content", [b"PGDMQ", b"PGDM"])
def test_a_dump_with_another_byte_is_refused(tmp_path: Path, content: bytes) -> None:
    dump = whole(tmp_path, 1)
    backup_directory.verify(dump, backup_directory.read(dump))
    dump.write_bytes(content)
    with pytest.raises(NotKept, match=r"is damaged: .* nothing was done"):
        backup_directory.verify(dump, backup_directory.read(dump))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 1}', b'{"format": "\xf6"}'])
def test_what_is_no_manifest_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    dump = whole(tmp_path, 1)
    backup_directory.manifest_path(dump).write_bytes(content)
    with pytest.raises(NotKept, match="is no manifest of a backup") as refused:
        backup_directory.read(dump)
    assert "codec" not in str(refused.value)
    backup_directory.manifest_path(dump).unlink()
    with pytest.raises(NotKept, match="without its manifest"):
        backup_directory.read(dump)


@pytest.mark.parametrize("kind", ["pipe", "device", "link", "directory"])
def test_a_manifest_or_a_dump_that_is_no_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    good, dump = whole(tmp_path, 1), whole(tmp_path, 2)
    described = backup_directory.read(dump)
    backup_directory.manifest_path(dump).rename(tmp_path / "victim")
    strange(backup_directory.manifest_path(dump), kind)
    with pytest.raises(NotKept, match="nothing was done"):
        backup_directory.read(dump)
    assert backup_directory.newest(tmp_path).dump == good
    assert backup_directory.forget(tmp_path, 1, manifest("x")) == []
    dump.unlink()
    strange(dump, kind if kind != "link" else "pipe")
    with pytest.raises(NotKept, match="nothing was done"):
        backup_directory.verify(dump, described)
    with pytest.raises(NotKept, match="nothing was done"):
        opened(dump)


def test_a_manifest_is_read_up_to_a_bound(tmp_path: Path) -> None:
    dump = whole(tmp_path, 1)
    with backup_directory.manifest_path(dump).open("ab") as file:
        file.truncate(backup_directory.MOST_OF_MANIFEST + 1)
    with pytest.raises(NotKept, match="has over 4194304 bytes, and no manifest"):
        backup_directory.read(dump)
    backup_directory.manifest_path(dump).write_text('{"x":' + "[" * 100_000)
    with pytest.raises(NotKept, match="is no manifest of a backup"):
        backup_directory.read(dump)


def test_the_lock_follows_no_link_and_others_may_not_write_beside_it(tmp_path: Path) -> None:
    (tmp_path / backup_directory.LOCK).symlink_to(tmp_path / "victim")
    with (
        pytest.raises(NotKept, match="is a link; nothing was done"),
        backup_directory.locked(tmp_path),
    ):
        pass
    assert not (tmp_path / "victim").exists()
    (tmp_path / backup_directory.LOCK).unlink()
    tmp_path.chmod(0o777)
    with pytest.raises(NotKept, match="chmod go-w"), backup_directory.locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_of_another_dump_is_refused(tmp_path: Path) -> None:
    one, other = whole(tmp_path, 1), whole(tmp_path, 2)
    backup_directory.manifest_path(one).replace(backup_directory.manifest_path(other))
    with pytest.raises(NotKept, match="is not the manifest of"):
        backup_directory.read(other)


OTHERS = (
    {"database": "another"},
    {"system": "78"},
    {"system": None},
)


def test_only_what_is_known_as_ours_is_deleted(tmp_path: Path) -> None:
    """Two deployments name their databases alike: it is the server that differs."""
    dumps = [whole(tmp_path, second) for second in range(4)]
    servers = [msgspec.structs.replace(HERE, **other) for other in OTHERS]
    elsewhere = [whole(tmp_path, 10 + at, server) for at, server in enumerate(servers)]
    strange = [tmp_path / name for name in ("prime.dump", "prime-20201127T054559Z-0047.dump", "x")]
    for path in strange:
        path.write_text("not ours")
    gone = backup_directory.forget(tmp_path, 2, manifest("x"))
    assert gone == [dumps[1].name, dumps[0].name]
    left = {path.name for path in tmp_path.iterdir() if path.suffix != ".json"}
    assert left == {path.name for path in [dumps[2], dumps[3], *elsewhere, *strange]}


def test_a_server_that_does_not_say_which_it_is_has_none_deleted(tmp_path: Path) -> None:
    unknown = msgspec.structs.replace(HERE, system=None)
    dumps = [whole(tmp_path, second, unknown) for second in range(3)]
    assert backup_directory.forget(tmp_path, 1, manifest("x", unknown)) == []
    assert all(dump.exists() for dump in dumps)


def test_one_at_a_time_and_what_a_killed_one_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / "prime-20261127T054550Z.dump.part"
    left.write_text("half")
    stranger = tmp_path / "prime.part"
    stranger.write_text("not ours")
    with (
        backup_directory.locked(tmp_path),
        pytest.raises(NotKept, match="another backup is being written"),
        backup_directory.locked(tmp_path),
    ):
        pass
    assert (left.exists(), stranger.exists()) == (False, True)


def test_both_files_are_private_and_have_their_names_at_the_end(tmp_path: Path) -> None:
    os.umask(0o022)
    moment = backup_directory.stamp(datetime(2026, 11, 27, 5, 45, 50, tzinfo=UTC))
    part, dump = tmp_path / f"prime-{moment}.dump.part", tmp_path / f"prime-{moment}-0047.dump"
    backup_directory.begin(part)
    part.write_bytes(b"PGDMP")
    backup_directory.finish(part, dump, manifest(dump.name, sha256=backup_directory.hashed(part)))
    backup_directory.verify(dump, backup_directory.read(dump))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 2


def plant_a_refusal(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Root, who runs tests perhaps, may read all."""

    def refused(path: Path, most: int) -> tuple[bytes, int]:
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_plain(path, most)

    monkeypatch.setattr(backup_directory, "read_plain", refused)


def test_what_cannot_be_read_is_named_and_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = whole(tmp_path, 1), whole(tmp_path, 2)
    plant_a_refusal(monkeypatch, backup_directory.manifest_path(newer).name)
    with pytest.raises(
        NotKept, match=r"T054502Z-0047\.json cannot be read by user .*; as root: chown "
    ) as e:
        backup_directory.newest(tmp_path)
    assert backup_directory.unreadable_in(tmp_path) == [str(e.value)]
    backup_directory.forget(tmp_path, 1, manifest("x"))
    assert (older.exists(), newer.exists()) == (True, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_writes_is_of_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4322)
    backup_directory.begin(tmp_path / "part")
    with backup_directory.locked(tmp_path):
        pass
    for name in ("part", backup_directory.LOCK):
        stat = (tmp_path / name).stat()
        assert (stat.st_uid, stat.st_gid, stat.st_mode & 0o777) == (4321, 4322, 0o600)


def test_a_file_or_nothing_where_a_directory_is_to_be_is_told_with_what_to_do(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    for none in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(
            NotKept, match=r"; name the directory that \./run backup --to was given"
        ):
            backup_directory.newest(none)
        with pytest.raises(NotKept, match=r"nothing was done: name a dump of \./run backup"):
            opened(none / "x.dump")
    told = pytest.raises(NotKept, match="nothing was done: name another directory")
    with told, backup_directory.locked(tmp_path / "file"):
        pass


def test_only_the_last_directory_is_made(tmp_path: Path) -> None:
    """A share that is not mounted: its path would be made on the disk of the machine."""
    says = rf"{tmp_path}/share/a is not there; nothing was done"
    with (
        pytest.raises(NotKept, match=says),
        backup_directory.locked(tmp_path / "share" / "a" / "prime"),
    ):
        pass
    assert not (tmp_path / "share").exists()
    with backup_directory.locked(tmp_path / "prime"):
        assert (tmp_path / "prime").is_dir()
