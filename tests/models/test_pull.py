import fcntl
import shutil
from pathlib import Path

import pytest

from models import (
    ArchiveError,
    BusyError,
    ChecksumError,
    CorruptModelError,
    ModelMissingError,
    RefusedError,
    UnknownModelError,
    WrongLanguageError,
    find,
    pull,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home/models"


def ignore(_here: int, _total: int | None) -> None:
    """Nobody looks at the progress."""


def left_in(home: Path) -> set[str]:
    return {path.name for path in home.iterdir()} - {".lock"}


def test_a_model_comes_from_a_server_and_is_used(server, home, english_zip):
    server.files[english_zip.name] = english_zip.read_bytes()
    steps: list[int] = []
    model = pull("en", home, lambda here, _: steps.append(here), f"{server.url}/{english_zip.name}")
    assert model == find("en", home)
    assert (model.name, model.kind, model.understands_people) == ("somebodys-model", "own", True)
    assert steps[-1] == english_zip.stat().st_size
    assert left_in(home) == {"somebodys-model", ".download"}
    assert list((home / ".download").iterdir()) == []


def test_a_model_comes_from_a_zip(home, english_zip):
    assert pull("en", home, ignore, str(english_zip)).path == home / "somebodys-model"


def test_a_zip_without_a_folder_gives_its_name(home, tmp_path, tiny, zip_of):
    flat = zip_of(tiny["en"], tmp_path / "flat-model.zip", "")
    assert pull("en", home, ignore, str(flat)).path == home / "flat-model"


def test_a_model_comes_from_a_folder_that_stays_as_it_is(home, tmp_path, tiny):
    mine = tmp_path / "mine"
    shutil.copytree(tiny["zh"], mine)
    assert pull("zh", home, ignore, str(mine)).path == home / "mine"
    assert mine.is_dir()


def test_a_second_pull_replaces_the_first(home, english_zip):
    pull("en", home, ignore, str(english_zip))
    (home / "somebodys-model/old").touch()
    pull("en", home, ignore, str(english_zip))
    assert not (home / "somebodys-model/old").exists()
    assert left_in(home) == {"somebodys-model"}


@pytest.fixture
def broken_zip(tmp_path, tiny, zip_of) -> Path:
    model = tmp_path / "unpacked"
    shutil.copytree(tiny["en"], model)
    (model / "SHA256SUMS").unlink()
    network = model / "am/final.mdl"
    network.write_bytes(network.read_bytes()[:100_000])
    return zip_of(model, tmp_path / "broken.zip", "somebodys-model")


def test_a_broken_one_leaves_the_one_that_works(home, english_zip, broken_zip):
    pull("en", home, ignore, str(english_zip))
    with pytest.raises(CorruptModelError):
        pull("en", home, ignore, str(broken_zip))
    assert left_in(home) == {"somebodys-model"}
    assert (home / "somebodys-model/SHA256SUMS").is_file()


def test_what_a_killed_pull_left_behind_goes(home, english_zip):
    (home / ".staging-killed/new").mkdir(parents=True)
    pull("en", home, ignore, str(english_zip))
    assert left_in(home) == {"somebodys-model"}


def test_one_pull_at_a_time(home, english_zip):
    home.mkdir(parents=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            pull("en", home, ignore, str(english_zip))


def test_a_model_of_another_language(home, english_zip):
    with pytest.raises(WrongLanguageError):
        pull("zh", home, ignore, str(english_zip))
    assert left_in(home) == set()


def test_an_archive_with_a_known_name_must_be_the_known_one(home, english_zip):
    known = english_zip.with_name("vosk-model-small-en-us-0.15.zip")
    english_zip.rename(known)
    with pytest.raises(ChecksumError, match="41,205,931"):
        pull("en", home, ignore, str(known))


def test_a_known_name_from_a_mirror_must_be_the_known_one(server, home, english_zip):
    server.files["vosk-model-small-en-us-0.15.zip"] = bytes(41_205_932)
    with pytest.raises(RefusedError, match="41,205,931 expected"):
        pull("en", home, ignore, f"{server.url}/vosk-model-small-en-us-0.15.zip")


@pytest.mark.parametrize("name", ["fr", "", "vosk-tiny-zh", "../etc"])
def test_names_that_are_not_known(home, name):
    with pytest.raises(UnknownModelError, match="vosk-model-small-cn"):
        pull(name, home, ignore)


def test_sources_that_are_no_models(home, tmp_path):
    text = tmp_path / "text.zip"
    text.write_text("hello")
    with pytest.raises(ArchiveError):
        pull("en", home, ignore, str(text))
    with pytest.raises(ModelMissingError, match="neither an address"):
        pull("en", home, ignore, str(tmp_path / "nowhere"))
    with pytest.raises(CorruptModelError):
        pull("en", home, ignore, str(tmp_path))
