"""Archives that pretend to be a speech model; more are in `tests/models/test_archive.py`."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from models import ArchiveError
from models.archive import MEMBER_LIMIT, unpack

MODEL = {"model/am/final.mdl": b"x", "model/conf/model.conf": b"y"}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "into"
    folder.mkdir(parents=True)
    return folder


def zipped(path: Path, *more: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (*MODEL.items(), *more):
            archive.writestr(name, content)
    return path


def entry(name: str, mode: int, system: int = 3) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = system, mode << 16
    return info


LINKS = [
    (stat.S_IFLNK | 0o777, 3),
    (stat.S_IFLNK | 0o777, 0),  # as if made on Windows
    (stat.S_IFIFO | 0o666, 3),
    (stat.S_IFCHR | 0o666, 3),
    (stat.S_IFSOCK | 0o666, 19),
]


@pytest.mark.parametrize(("mode", "system"), LINKS)
def test_nothing_but_files_must_be_made(tmp_path: Path, into: Path, mode: int, system: int) -> None:
    archive = zipped(tmp_path / "a.zip", (entry("model/evil", mode, system), b"/etc"))
    with pytest.raises(ArchiveError):
        unpack(archive, into)
    assert list(into.iterdir()) == []


def test_what_is_unpacked_must_not_be_run(tmp_path: Path, into: Path) -> None:
    archive = zipped(tmp_path / "a.zip", (entry("model/run", stat.S_IFREG | 0o6777), b"#!/bin/sh"))
    unpack(archive, into)
    assert not os.access(into / "model" / "run", os.X_OK)
    assert not (into / "model" / "run").stat().st_mode & (stat.S_ISUID | stat.S_ISGID)


@pytest.mark.parametrize(
    "name",
    [
        *("model/../../../evil", "model\\..\\..\\evil", "\\\\server\\share\\evil", "//etc/evil"),
        *("/etc/evil", "~/../../evil", "model/a/../../../evil", "C:/evil", "c:\\evil", "..\\evil"),
        *(".../../../evil", "model/..", "..", "model//..//..//..//evil"),
    ],
)
def test_nothing_must_be_written_outside(tmp_path: Path, into: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", (name, b"evil"))
    with pytest.raises(ArchiveError):
        unpack(archive, into)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and into not in path.parents]
    assert files == [archive]


def test_a_flood_of_empty_files_must_not_be_made(tmp_path: Path, into: Path) -> None:
    archive = zipped(tmp_path / "a.zip", *((f"model/{n}", b"") for n in range(MEMBER_LIMIT)))
    with pytest.raises(ArchiveError):
        unpack(archive, into)
    assert list(into.iterdir()) == []


def test_another_name_before_the_bytes_must_not_lead_outside(tmp_path: Path, into: Path) -> None:
    """The list at the end says one thing, the head of the file itself another."""
    archive = zipped(tmp_path / "a.zip", ("model/xx/xx/evil", b"evil"))
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace(b"model/xx/xx/evil", b"../../../../evil", 1))
    with pytest.raises(ArchiveError):
        unpack(archive, into)
    assert not list(tmp_path.rglob("evil"))
