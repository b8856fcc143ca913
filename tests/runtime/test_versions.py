"""Which version runs: chosen in one step, tried, left again; one starts wherever the power goes."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.runtime import versions
from assistant.runtime.home_folder import lock_home
from assistant.runtime.versions import CHOSEN, TRIES, Trial, chosen, settle, switch, trial_of


class Killed(BaseException):
    """The power went."""


class Became(BaseException):
    """What `execv` was given."""


def version(folder: Path) -> Path:
    program = versions.program_of(folder)
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return folder


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The version whose code this is."""
    folder = version(tmp_path / "anban")
    monkeypatch.setattr(versions, "_OWN", folder)
    monkeypatch.delenv(CHOSEN, raising=False)
    monkeypatch.setenv(versions.TYPED, "")
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return version(tmp_path / "anban-2")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "anban.sqlite")) as database:
        database.execute("CREATE TABLE dose (title)")
        database.execute("INSERT INTO dose VALUES ('of before')")
        database.commit()
    return folder


@pytest.fixture(autouse=True)
def _execv(monkeypatch: pytest.MonkeyPatch) -> None:
    def become(program: str, arguments: list[str]) -> None:
        raise Became(program)

    monkeypatch.setattr(os, "execv", become)


def started(home: Path, *arguments: str) -> Path:
    """Which version it is that a start of the old one's program ends up as."""
    os.environ.pop(CHOSEN, None)
    try:
        versions.hand_over(home, arguments or ("run",))
    except Became as became:
        os.environ.pop(CHOSEN, None)
        return Path(str(became)).parents[2]
    return versions.own_folder()


def doses(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "anban.sqlite")) as database:
        return [title for (title,) in database.execute("SELECT title FROM dose ORDER BY rowid")]


def write(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "anban.sqlite")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


NEWER = ("ALTER TABLE dose ADD COLUMN colour", "INSERT INTO dose VALUES ('of the newer', 'red')")


def test_without_an_update_the_one_that_is_started_runs(home: Path, old: Path) -> None:
    assert started(home) == old
    assert not (home / "versions").exists()


def test_the_chosen_one_runs_and_each_command_is_its(home: Path, old: Path, new: Path) -> None:
    switch(home, new)
    assert started(home) == new
    assert started(home, "doctor") == new
    assert started(home, "--debug", "run") == new


def test_nobody_hands_over_twice(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    monkeypatch.setenv(CHOSEN, "own")
    versions.hand_over(home, ["run"])
    assert not versions.is_outdated(home)


def test_one_that_does_not_come_to_run_is_left_again(home: Path, old: Path, new: Path) -> None:
    switch(home, new)
    assert [started(home) for _ in range(TRIES)] == [new] * TRIES
    assert started(home) == old
    trial = trial_of(home)
    assert trial is not None
    assert "did not run" in trial.problem
    assert started(home) == old
    assert doses(home) == ["of before"]


def test_other_commands_are_no_tries(home: Path, old: Path, new: Path) -> None:
    switch(home, new)
    assert started(home, "doctor") == old, "the data was not copied yet"
    assert started(home) == new
    for _ in range(TRIES * 3):
        assert started(home, "doctor") == new
    assert started(home) == new


def test_one_that_is_refused_because_another_runs_is_no_try(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    with lock_home(home):
        for _ in range(TRIES * 3):
            assert started(home) == new


def test_one_that_ran_for_a_while_is_kept(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    assert started(home) == new
    with monkeypatch.context() as patch:
        patch.setattr(versions, "_OWN", new)
        versions.confirm(home)
    for _ in range(TRIES * 3):
        assert started(home) == new


def test_an_old_one_confirms_nothing(home: Path, old: Path, new: Path) -> None:
    switch(home, new)
    versions.confirm(home)
    trial = trial_of(home)
    assert trial is not None
    assert not trial.is_confirmed


def back(home: Path) -> None:
    trial = trial_of(home)
    assert trial is not None
    versions.go_back(home, trial)


def test_back_again_with_all_that_was_written_if_the_tables_are_the_same(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    started(home)
    write(home, "INSERT INTO dose VALUES ('of the newer')")
    back(home)
    assert started(home) == old
    assert doses(home) == ["of before", "of the newer"]
    assert list(home.glob("*.newer-*")) == []


def test_back_again_with_the_tables_of_before_if_they_have_another_form(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    started(home)
    write(home, *NEWER)
    back(home)
    assert started(home) == old
    assert doses(home) == ["of before"]
    (aside,) = home.glob("*.newer-*")
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT count(*) FROM dose").fetchone() == (2,)


def test_back_and_forth(home: Path, old: Path, new: Path) -> None:
    switch(home, new)
    started(home)
    back(home)
    assert started(home) == old
    back(home)
    assert started(home) == new


def confirmed(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(versions, "_OWN", folder)
        versions.confirm(home)


def test_a_copy_of_months_ago_is_not_put_in_for_a_version_that_never_started(
    tmp_path: Path, home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    started(home)
    write(home, *NEWER)
    confirmed(home, new, monkeypatch)
    switch(home, version(tmp_path / "anban-3"))
    back(home)
    assert started(home) == new
    assert doses(home) == ["of before", "of the newer"]


def test_each_way_back_takes_what_was_written_since_the_last_one(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    started(home)
    write(home, *NEWER)
    back(home)
    assert started(home) == old
    confirmed(home, old, monkeypatch)
    write(home, "INSERT INTO dose VALUES ('of months')")
    back(home)
    assert started(home) == new
    write(home, *NEWER)
    confirmed(home, new, monkeypatch)
    trial = trial_of(home)
    assert trial is not None
    assert versions.restored_from(home, trial) is not None
    back(home)
    assert started(home) == old
    assert doses(home) == ["of before", "of months"]


def test_the_form_that_changed_for_another_reason_costs_nothing_on_the_way_forth(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    for _ in range(TRIES + 1):
        started(home)
    write(home, *NEWER)
    back(home)
    assert started(home) == new
    assert doses(home) == ["of before", "of the newer"]


def test_back_and_forth_before_it_was_left_keeps_the_way_back(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    started(home)
    write(home, *NEWER)
    with lock_home(home):  # it runs, and could not make room yet
        back(home)
        back(home)
    assert started(home) == new
    assert doses(home) == ["of before", "of the newer"]
    back(home)
    assert started(home) == old
    assert doses(home) == ["of before"]


def test_the_one_to_fall_back_to_is_one_that_ran(
    tmp_path: Path, home: Path, old: Path, new: Path
) -> None:
    third = version(tmp_path / "anban-3")
    switch(home, new)
    started(home)
    write(home, *NEWER)
    switch(home, third)
    assert [started(home) for _ in range(TRIES)] == [third] * TRIES
    assert started(home) == old
    assert doses(home) == ["of before"], "the copy is of before the second one, too"


def test_a_state_that_says_nothing_of_a_copy_has_one_if_it_was_started(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    started(home)
    write(home, *NEWER)
    state = home / "versions/trial.json"
    data = json.loads(state.read_text())
    del data["has_copy"]
    state.write_text(json.dumps(data))
    back(home)
    assert started(home) == old
    assert doses(home) == ["of before"]


def test_the_copy_is_on_the_disk_before_it_is_written_down(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)
    synced: list[str] = []
    real = os.fsync

    def note(number: int) -> None:
        synced.append(Path(f"/proc/self/fd/{number}").readlink().name)
        real(number)

    monkeypatch.setattr(os, "fsync", note)
    started(home)
    assert synced == ["anban.new", "versions", "trial.new"]


def test_it_is_passed_on_which_program_was_started(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(versions.TYPED, raising=False)
    monkeypatch.setattr("sys.argv", [str(versions.program_of(old)), "run"])
    switch(home, new)
    started(home)
    monkeypatch.setattr("sys.argv", [str(versions.program_of(new)), "run"])
    assert versions.typed() == versions.program_of(old)


def test_one_that_was_gone_back_to_and_does_not_run_is_left_again(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    started(home)
    back(home)
    assert started(home) == old
    back(home)
    runs = [started(home) for _ in range(TRIES + 3)]
    assert runs[:TRIES] == [new] * TRIES
    assert runs[-1] == old, "and there it stays"
    assert [started(home) for _ in range(TRIES * 3)] == [old] * TRIES * 3


def test_a_folder_that_was_removed_keeps_no_home_from_starting(
    home: Path, old: Path, new: Path
) -> None:
    switch(home, new)
    shutil.rmtree(new)
    assert started(home) == old
    assert started(home, "doctor") == old


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"old": 1}', '{"made": 3}', "\x00", "null"])
def test_a_damaged_state_keeps_no_home_from_starting(
    home: Path, old: Path, new: Path, text: str
) -> None:
    switch(home, new)
    (home / "versions/trial.json").write_text(text)
    assert started(home) in {old, new}


def test_a_database_that_cannot_be_copied_is_given_to_no_new_version(
    home: Path, old: Path, new: Path
) -> None:
    (home / "anban.sqlite").write_bytes(b"no database at all" * 100)
    switch(home, new)
    assert started(home) == old
    trial = trial_of(home)
    assert trial is not None
    assert "could not be copied" in trial.problem
    assert (home / "anban.sqlite").read_bytes().startswith(b"no database")


def test_a_running_one_makes_room(home: Path, old: Path, new: Path) -> None:
    assert not versions.is_outdated(home)
    switch(home, new)
    assert versions.is_outdated(home)
    with pytest.raises(Became, match="anban-2"):
        versions.make_room(home, ["run"])


def test_a_running_one_goes_on_if_the_chosen_one_cannot_be_started(
    home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(home, new)

    def refuse(*_: object) -> None:
        raise OSError(8, "Exec format error")

    monkeypatch.setattr(os, "execv", refuse)
    versions.make_room(home, ["run"])
    assert chosen(home) == old
    assert not versions.is_outdated(home)


# ------------------------------------------------------------------ the power goes, anywhere


def counted(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Everything that changes a file, killed before its `at`-th; gives how many there were."""
    done = 0

    def watch(of: Any, name: str) -> None:
        real = getattr(of, name)

        def watched(*args: Any, **named: Any) -> Any:
            nonlocal done
            if done == at:
                raise Killed
            done += 1
            return real(*args, **named)

        monkeypatch.setattr(of, name, watched)

    for name in ("replace", "symlink_to", "unlink", "mkdir"):
        watch(Path, name)
    watch(os, "fsync")
    watch(shutil, "copyfile")
    return lambda: done


def whole_way(home: Path, new: Path) -> None:
    """An update whose version writes newer tables, comes to run never, and is left again."""
    switch(home, new)
    started(home)
    if "colour" not in _columns(home):
        write(home, *NEWER)
    for _ in range(TRIES):
        started(home)


def _columns(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "anban.sqlite")) as database:
        return {row[1] for row in database.execute("PRAGMA table_info(dose)")}


def test_killed_between_every_two_steps_one_starts_with_data_that_it_can_read(
    tmp_path: Path, home: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = tmp_path / "sound"
    shutil.copytree(home, sound)
    steps = 0
    while True:
        shutil.rmtree(home)
        shutil.copytree(sound, home)
        with monkeypatch.context() as patch:
            done = counted(patch, steps)
            try:
                whole_way(home, new)
                killed = False
            except Killed:
                killed = True
            count = done()
        # The power is back: somebody, or systemd, starts Anban until one stays.
        runs = [started(home) for _ in range(TRIES + 2)]
        assert runs[-1] in {old, new}
        assert runs[-1] == started(home, "doctor") == started(home)
        assert doses(home)[0] == "of before"
        if runs[-1] == old:
            assert "colour" not in _columns(home), f"killed before step {steps}"
        if not killed:
            break
        steps += 1
    assert count == steps >= 20


def test_a_state_from_elsewhere_is_left_alone(home: Path, old: Path, new: Path) -> None:
    versions.keep(home, Trial(str(old), str(new)))
    settle(home, is_run=True)
    assert started(home) == old
