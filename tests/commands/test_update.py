"""`anban update` with the code of this checkout; only the making of environments is put in."""

from __future__ import annotations

import getpass
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from assistant.alarm.state import State
from assistant.commands import service_unit, setup_terminal, update, update_afterwards, update_trial
from assistant.commands.update_source import UpdateError, version_in
from assistant.runtime import versions
from assistant.runtime.home_folder import lock_home
from assistant.store.schema import migrate_core

ROOT = Path(__file__).parents[2]
CODE = ("assistant", "models", "perception", "robot_io", "simulators", "skills", "dialogue")


def install(folder: Path) -> None:
    """In place of `make setup`: this Python, with the new version's own code."""
    program = versions.program_of(folder)
    program.parent.mkdir(parents=True)
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); from assistant.cli import main; main()"
    )
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o755)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version as it is handed out, with this checkout's code."""
    folder = tmp_path_factory.mktemp("source") / "anban-next"
    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in CODE:
        ignored = shutil.ignore_patterns(".venv", "__pycache__", "tiny_vosk", "*.onnx", "data")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def install_small(folder: Path) -> None:
    program = versions.program_of(folder)
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho anban\n")
    program.chmod(0o755)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """What makes a folder a version, and no more: nothing of it is run."""
    folder = tmp_path / "small"
    (folder / "assistant").mkdir(parents=True)
    for each in ("pyproject.toml", "assistant/cli.py"):
        shutil.copy(ROOT / each, folder / each)
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the versions lie side by side."""
    folder = tmp_path / "opt"
    old = folder / "anban"
    old.mkdir(parents=True)
    install(old)
    monkeypatch.setattr(versions, "_OWN", old)
    monkeypatch.setattr(update_trial, "_TRIALS", (("--version",),))  # the others are tried below
    monkeypatch.setattr(update, "FREE_BYTES", 1)
    monkeypatch.delenv(versions.CHOSEN, raising=False)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "anban.toml").write_text('language = "en"\n')
    monkeypatch.setenv("ANBAN_HOME", str(folder))
    with closing(sqlite3.connect(folder / "anban.sqlite", isolation_level=None)) as database:
        migrate_core(database, folder / "anban.sqlite")
    return folder


def new_ones(place: Path) -> list[Path]:
    return sorted(folder for folder in place.iterdir() if folder.name != "anban")


def open_alarm(home: Path, state: str) -> None:
    row = ("a", "cry", "voice", "", 0.0, state, 0, 0, 0, "")
    with closing(sqlite3.connect(home / "anban.sqlite")) as database:
        columns = "alarm_id, reason, source, place, opened_at, state, asked_count, denied_count"
        database.execute(
            f"INSERT INTO alarm ({columns}, was_reached, acknowledged_by) "
            f"VALUES ({', '.join('?' * len(row))})",
            row,
        )
        database.commit()


def archived(checkout: Path, file: Path) -> Path:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file, "w") as archive:
            for each in ("pyproject.toml", "assistant/cli.py"):
                archive.write(checkout / each, f"anban-next/{each}")
    else:
        with tarfile.open(file, "w:gz") as archive_:
            for each in ("pyproject.toml", "assistant/cli.py"):
                archive_.add(checkout / each, f"anban-next/{each}")
    return file


def in_git(checkout: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "assistant").mkdir()
    for each in ("pyproject.toml", "assistant/cli.py"):
        shutil.copy(checkout / each, folder / each)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for step in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "one"]):
        subprocess.run(["git", *step], cwd=folder, check=True)
    return folder


def test_a_new_version_is_put_beside_tried_and_chosen(
    place: Path, home: Path, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert update.update_from(str(checkout), is_sure=True, install=install) == 0
    (new,) = new_ones(place)
    assert versions.chosen(home) == new
    assert "the next start is the new version" in capsys.readouterr().out
    assert not (new / update._UNFINISHED).exists()
    env = {**os.environ, "ANBAN_HOME": str(home)}
    # The old program becomes the new one: here, because it was started once.
    trial = versions.trial_of(home)
    assert trial is not None
    assert Path(trial.old) == place / "anban"
    shown = subprocess.run(
        [str(versions.program_of(new)), "--version"],
        env={**env, versions.CHOSEN: str(new)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(new) in shown.stdout
    assert update.go_back(is_sure=False) == 0
    assert versions.chosen(home) == place / "anban"


@pytest.mark.parametrize("kind", ["tar.gz", "zip", "git"])
def test_it_comes_from_an_archive_or_from_git(
    place: Path, home: Path, small: Path, tmp_path: Path, kind: str
) -> None:
    if kind == "git":
        source = f"file://{in_git(small, tmp_path / 'origin')}"
    else:
        source = str(archived(small, tmp_path / f"next.{kind}"))
    ran: list[Path] = []

    def note(folder: Path) -> None:
        ran.append(folder)
        install_small(folder)

    assert update.update_from(source, is_sure=True, install=note) == 0
    assert new_ones(place) == ran == [versions.chosen(home)]
    assert (ran[0] / "assistant/cli.py").is_file()


def fails_to_install(folder: Path) -> None:
    raise UpdateError("`make setup` ended with status 2")


def installs_what_does_not_run(folder: Path) -> None:
    program = versions.program_of(folder)
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
    program.chmod(0o755)


def is_interrupted(folder: Path) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("installer", "told"),
    [
        (fails_to_install, "`make setup` ended with status 2"),
        (installs_what_does_not_run, "it is broken"),
    ],
)
def test_what_fails_changes_nothing(
    place: Path,
    home: Path,
    small: Path,
    capsys: pytest.CaptureFixture[str],
    installer: update.Installer,
    told: str,
) -> None:
    assert update.update_from(str(small), is_sure=True, install=installer) == 1
    assert told in capsys.readouterr().out
    assert new_ones(place) == []
    assert versions.chosen(home) is None


def test_an_interrupt_changes_nothing(place: Path, home: Path, small: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        update.update_from(str(small), is_sure=True, install=is_interrupted)
    assert new_ones(place) == []
    assert versions.chosen(home) is None


def test_what_a_killed_update_left_is_removed_by_the_next(
    place: Path, home: Path, small: Path
) -> None:
    (place / "anban-0.9-killed").mkdir()
    (place / "anban-update-x").mkdir()
    for name in ("anban-0.9-killed", "anban-update-x"):
        (place / name / update._UNFINISHED).touch()
    (place / "anban-of-somebody").mkdir()
    assert update.update_from(str(small), is_sure=True, install=install_small) == 0
    names = {folder.name for folder in new_ones(place)}
    assert "anban-of-somebody" in names
    assert names.isdisjoint({"anban-0.9-killed", "anban-update-x"})


@pytest.mark.parametrize(
    "state", ["suspected", "confirming", "raised", "delivered", "acknowledged"]
)
def test_never_while_an_alarm_is_open(
    place: Path, home: Path, small: Path, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    open_alarm(home, state)
    assert update.update_from(str(small), is_sure=True, install=install_small) == 1
    assert "an alarm is open" in capsys.readouterr().out
    assert new_ones(place) == []


def test_an_alarm_that_opens_meanwhile_keeps_the_old_one(
    place: Path, home: Path, small: Path
) -> None:
    def somebody_cries(folder: Path) -> None:
        install_small(folder)
        open_alarm(home, "raised")

    assert update.update_from(str(small), is_sure=True, install=somebody_cries) == 1
    assert versions.chosen(home) is None
    assert new_ones(place) == []


def test_not_back_while_an_alarm_is_open(place: Path, home: Path, small: Path) -> None:
    assert update.update_from(str(small), is_sure=True, install=install_small) == 0
    open_alarm(home, "raised")
    assert update.go_back(is_sure=True) == 1
    assert versions.chosen(home) != place / "anban"


@pytest.mark.parametrize("state", [state for state in State if not state.is_open])
def test_an_alarm_that_is_over_keeps_nobody(
    place: Path, home: Path, small: Path, state: str
) -> None:
    open_alarm(home, state)
    assert update.update_from(str(small), is_sure=True, install=install_small) == 0


@pytest.mark.parametrize(
    "source",
    ["", "/nope", "nope.zip", "x" * 300, "~nobody-of-this-name", "a\0b", "--upload-pack=touch"],
)
def test_a_source_that_is_none(
    place: Path, home: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    assert update.update_from(source, is_sure=True, install=install_small) == 1
    assert "Nothing has changed" in capsys.readouterr().out


def test_what_is_no_anban_is_not_put_there(
    place: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "1"\n')
    assert update.update_from(str(other), is_sure=True, install=install_small) == 1
    assert "but other" in capsys.readouterr().out
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no zip")
    assert update.update_from(str(tmp_path / "bad.zip"), is_sure=True, install=install_small) == 1
    assert new_ones(place) == []


def test_without_a_terminal_nothing_is_agreed_to(place: Path, home: Path, small: Path) -> None:
    assert update.update_from(str(small), is_sure=False, install=install_small) == 1
    assert new_ones(place) == []


def test_one_at_a_time(place: Path, home: Path, small: Path) -> None:
    def second(folder: Path) -> None:
        assert update.update_from(str(small), is_sure=True, install=install_small) == 1
        install_small(folder)

    assert update.update_from(str(small), is_sure=True, install=second) == 0
    assert len(new_ones(place)) == 1


def test_too_little_room(
    place: Path, home: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "FREE_BYTES", 10**18)
    assert update.update_from(str(small), is_sure=True, install=install_small) == 1


def test_the_trial_works_on_a_copy(
    place: Path, home: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """one of the real commands, over a copy of the data; the data itself stays as it is."""
    monkeypatch.setattr(update_trial, "_TRIALS", (("reminders", "today"),))
    before = (home / "anban.sqlite").read_bytes()
    assert update.update_from(str(checkout), is_sure=True, install=install) == 0
    assert (home / "anban.sqlite").read_bytes() == before


def test_nothing_to_go_back_to(place: Path, home: Path) -> None:
    assert update.go_back(is_sure=True) == 1


def test_going_back_to_older_data_says_their_date_and_asks(
    place: Path, home: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert update.update_from(str(small), is_sure=True, install=install_small) == 0
    versions.settle(home, is_run=True)
    with closing(sqlite3.connect(home / "anban.sqlite")) as database:
        database.execute("CREATE TABLE newer (x)")
    new = versions.chosen(home)
    assert update.go_back(is_sure=False) == 1, "nobody sits there who could agree"
    assert "--yes" in capsys.readouterr().out
    assert versions.chosen(home) == new
    asked: list[str] = []

    def agrees(question: str) -> bool:
        asked.append(question)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(update, "_agrees", agrees)
        assert update.go_back(is_sure=False) == 0
    made = (home / "versions/anban.sqlite").stat().st_mtime
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(made)) in asked[0]


def test_data_that_are_locked_are_no_sign_of_peace(home: Path) -> None:
    with closing(sqlite3.connect(home / "anban.sqlite", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("BEGIN EXCLUSIVE")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.0))
            with pytest.raises(UpdateError, match="cannot be told"):
                update._need_peace(home)
    update._need_peace(home)


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b""])
def test_data_that_are_none_keep_nobody_from_an_update(home: Path, damage: bytes) -> None:
    (home / "anban.sqlite").write_bytes(damage)
    update._need_peace(home)


def test_data_that_cannot_be_copied_change_nothing(
    place: Path, home: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "anban.sqlite").write_bytes(b"no database at all" * 100)
    assert update.update_from(str(small), is_sure=True, install=install_small) == 1
    assert "Nothing has changed" in capsys.readouterr().out


def test_one_that_ends_and_is_started_by_nobody_is_left_again(
    place: Path,
    home: Path,
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        update_afterwards, "self_test", lambda _: frozenset()
    )  # one runs, until now
    monkeypatch.setattr(update_afterwards, "_GONE_SECONDS", 0.0)
    assert update.update_from(str(small), is_sure=True, install=install_small) == 1
    assert versions.chosen(home) == place / "anban"
    assert "anban run" in capsys.readouterr().out.splitlines()[-1]


def test_one_that_runs_is_waited_for(
    place: Path, home: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_afterwards, "self_test", lambda _: frozenset())
    monkeypatch.setattr(update_afterwards, "_GONE_SECONDS", 0.0)
    monkeypatch.setattr(update_afterwards, "_LOOK_SECONDS", 7.0)
    looks: list[float] = []

    def look(seconds: float) -> None:
        if seconds != 7.0:  # somebody else's, who waits for a process
            return
        looks.append(seconds)
        if len(looks) == 3:
            trial = versions.trial_of(home)
            assert trial is not None
            versions.keep(home, replace(trial, is_confirmed=True))

    monkeypatch.setattr(time, "sleep", look)
    with lock_home(home):
        assert update.update_from(str(small), is_sure=True, install=install_small) == 0
    assert versions.chosen(home) != place / "anban"


def test_what_the_service_starts_and_what_it_falls_back_to_are_not_removed(
    place: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, started, other = (tmp_path / name for name in ("old", "new", "started", "other"))
    for folder in (old, new, started, other):
        install_small(folder)
    unit = tmp_path / "anban.service"
    account = service_unit.account_of(getpass.getuser(), str(home))
    assert account is not None
    unit.write_text(service_unit.unit(account, versions.program_of(started)))
    monkeypatch.setattr(service_unit, "UNIT_FILE", unit)
    made = tuple(map(str, (old, new, started, other)))
    versions.keep(home, versions.Trial(str(old), str(new), made=made))
    update_afterwards.remove_older(home)
    assert [folder.exists() for folder in (old, new, started, other)] == [True, True, True, False]


def test_the_unit_names_the_program_that_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(versions.TYPED, "/opt/anban/.venv/bin/anban")
    assert service_unit.command() == Path("/opt/anban/.venv/bin/anban")
    assert setup_terminal.command("run") == "/opt/anban/.venv/bin/anban run"


def test_folders_of_the_users_own_are_left_alone(place: Path, home: Path, small: Path) -> None:
    mine = place / "anban-update-2026"
    mine.mkdir()
    (mine / "notes").touch()
    source = place / "anban-next"
    shutil.copytree(small, source)
    (source / update._UNFINISHED).touch()  # even if we had made it
    assert update.update_from(str(source), is_sure=True, install=install_small) == 0
    assert (mine / "notes").exists()
    assert (source / "pyproject.toml").exists()


def test_an_archive_touches_nothing_outside_of_its_folder(
    place: Path, home: Path, small: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    outside.chmod(0o600)
    archive = archived(small, tmp_path / "next.zip")
    with zipfile.ZipFile(archive, "a") as opened:
        for name in ("../" * 9 + str(outside).lstrip("/"), "../outside", str(outside)):
            hostile = zipfile.ZipInfo(name)
            hostile.external_attr = 0o777 << 16
            opened.writestr(hostile, "yours")
    update.update_from(str(archive), is_sure=False, install=install_small)
    assert outside.read_text() == "mine"
    assert outside.stat().st_mode & 0o777 == 0o600


def test_an_archive_that_is_a_link_out_of_it_is_none(
    place: Path, home: Path, small: Path, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "next.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("anban-next")
        link.type, link.linkname = tarfile.SYMTYPE, str(small)
        archive.addfile(link)
    source = str(tmp_path / "next.tar.gz")
    assert update.update_from(source, is_sure=True, install=install_small) == 1
    assert sorted(each.name for each in small.iterdir()) == ["assistant", "pyproject.toml"]


def test_a_description_that_is_a_link_is_not_read(small: Path, tmp_path: Path) -> None:
    (small / "pyproject.toml").replace(tmp_path / "elsewhere")
    (small / "pyproject.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UpdateError, match=r"no pyproject\.toml"):
        version_in(small)
