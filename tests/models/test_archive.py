import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import ArchiveError
from models.archive import unpack


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "home/into"
    folder.mkdir(parents=True)
    return folder


def make_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("top", ["", "model/"])
def test_the_models_folder_is_found(tmp_path, into, top):
    archive = make_zip(
        tmp_path / "a.zip", (f"{top}am/final.mdl", b"x"), (f"{top}conf/model.conf", b"y")
    )
    assert unpack(archive, into) == into / top
    assert (into / top / "conf/model.conf").read_bytes() == b"y"


@pytest.mark.parametrize(
    "name",
    ["../evil", "model/../../evil", "/tmp/evil", "..\\evil", "C:\\evil", "c:evil"],
)
def test_a_name_that_leads_outside_is_refused(tmp_path, into, name):
    archive = make_zip(tmp_path / "a.zip", ("model/am/final.mdl", b"x"), (name, b"evil"))
    with pytest.raises(ArchiveError, match="wants to write"):
        unpack(archive, into)
    assert list(into.iterdir()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.sampled_from(["..", ".", "a", "", "\\", "c:", "am"]), min_size=1, max_size=6))
def test_nothing_is_ever_written_outside(tmp_path, parts):
    into = tmp_path / "deep/er/into"
    into.mkdir(parents=True, exist_ok=True)
    archive = make_zip(tmp_path / "a.zip", ("/".join(parts) + "/f", b"x"))
    with pytest.raises(ArchiveError):
        unpack(archive, into)
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and into not in p.parents]
    assert outside == [archive]


@pytest.mark.parametrize("name", [".", "/", "//", "./.", "a/" + "x" * 300, "am/final.mdl/x"])
def test_a_name_that_is_none_is_refused(tmp_path, into, name):
    archive = make_zip(tmp_path / "a.zip", ("am/final.mdl", b"x"), (name, b"evil"))
    with pytest.raises(ArchiveError):
        unpack(archive, into)


def test_a_member_without_a_name_is_refused(tmp_path, into):
    archive = make_zip(tmp_path / "a.zip", ("am/final.mdl", b"x"), ("QQ", b"evil"))
    archive.write_bytes(archive.read_bytes().replace(b"QQ", b"\0\0"))
    with pytest.raises(ArchiveError, match="wants to write"):
        unpack(archive, into)


def test_an_entry_for_the_folder_itself_is_passed_over(tmp_path, into):
    archive = make_zip(tmp_path / "a.zip", ("./", b""), ("./am/final.mdl", b"x"))
    assert unpack(archive, into) == into


def test_a_link_is_refused(tmp_path, into):
    link = zipfile.ZipInfo("model/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ArchiveError, match="link"):
        unpack(make_zip(tmp_path / "a.zip", (link, b"/etc/passwd")), into)


def test_a_bomb_is_refused_by_what_it_says(tmp_path, into):
    archive = make_zip(tmp_path / "a.zip", ("model/am/final.mdl", bytes(1_000_000)))
    assert archive.stat().st_size < 2000
    with pytest.raises(ArchiveError, match="more than 999,999"):
        unpack(archive, into, limit_bytes=999_999)


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path, into):
    archive = make_zip(tmp_path / "a.zip", ("model/am/final.mdl", bytes(1_000_000)))
    said, lie = (1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(said, lie))
    with pytest.raises(ArchiveError):
        unpack(archive, into, limit_bytes=1000)
    written = sum(p.stat().st_size for p in into.rglob("*") if p.is_file())
    assert written <= 1000


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip(tmp_path, into, content):
    archive = tmp_path / "a.zip"
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        unpack(archive, into)


def test_a_zip_cut_off_or_damaged(tmp_path, into):
    archive = make_zip(tmp_path / "a.zip", ("model/am/final.mdl", bytes(range(256)) * 1000))
    whole = archive.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:60] + b"\0" * 40 + whole[100:]):
        archive.write_bytes(damaged)
        with pytest.raises(ArchiveError):
            unpack(archive, into)


def test_a_zip_without_a_model(tmp_path, into):
    with pytest.raises(ArchiveError, match="no Vosk model"):
        unpack(make_zip(tmp_path / "a.zip", ("photos/cat.jpg", b"x")), into)
