"""Features are started in the order of the list and stopped in its reverse, whatever one does.

All in virtual time, with the bounds as they are: what hangs here hangs for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.core import Core, CoreOptions
from assistant.core.composition import Features, MissingFeatureError, Part
from assistant.core.features import FEATURES
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, found
from assistant.settings import Settings
from tests.alarm.virtual_time import VirtualLoop
from tests.asking import call
from tests.homes import a_home

ACTS = ("start", "stop", "findings")


async def fails() -> None:
    raise ValueError("whatever it is")


async def hangs() -> None:
    await asyncio.Event().wait()


async def will_not_end() -> None:
    """Hang, and take no notice of being broken off; only the end of the loop ends it."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


FAULTS = [fails, hangs, will_not_end]


@dataclass
class Log:
    lines: list[str] = field(default_factory=list)


class Noted(Feature):
    """Notes what is done with it; `does` is what an act does instead."""

    def __init__(
        self, log: Log, name: str, does: dict[str, Callable[[], Coroutine[Any, Any, None]]]
    ) -> None:
        self._log, self._name, self._does = log, name, does

    async def start(self) -> None:
        await self._act("start")

    async def stop(self) -> None:
        await self._act("stop")

    async def findings(self) -> Sequence[CheckResult]:
        await self._act("findings")
        return [found(self._name, is_well=True, detail="")]

    async def _act(self, act: str) -> None:
        self._log.lines.append(f"{act} {self._name}")
        if act in self._does:
            await self._does[act]()


def parts(
    log: Log, does: dict[str, Callable[[], Coroutine[Any, Any, None]]], *, late: bool = False
) -> list[Part]:
    """Three features, of which `does` is what the second one does."""
    imports = ("json",) if late else ()
    return [
        Part("first", lambda _: Noted(log, "first", {})),
        Part("odd", lambda _: Noted(log, "odd", does), imports),
        Part("last", lambda _: Noted(log, "last", {})),
    ]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def built(folder: Path, of: Sequence[Part]) -> Features:
    options = CoreOptions(folder, Settings(), folder / "cache", capabilities=frozenset())
    return Features(options, a_home(folder), of)


@pytest.mark.parametrize("late", [False, True])
def test_they_start_in_order_and_stop_in_reverse(tmp_path: Path, *, late: bool) -> None:
    log = Log()

    async def live() -> None:
        features = built(tmp_path, parts(log, {}, late=late))
        assert log.lines == []
        await features.start()
        assert features.names() == ("first", "odd", "last")
        assert [f.part for f in await features.findings()] == ["first", "odd", "last"]
        await features.stop()

    run(live())
    assert log.lines == [
        *("start first", "start odd", "start last"),
        *("findings first", "findings odd", "findings last"),
        *("stop last", "stop odd", "stop first"),
    ]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("act", ACTS)
def test_what_one_does_wrong_keeps_no_other_from_anything(
    tmp_path: Path, act: str, fault: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    log = Log()

    async def live() -> list[CheckResult]:
        features = built(tmp_path, parts(log, {act: fault}))
        await features.start()
        findings = await features.findings()
        await features.stop()
        return findings

    findings = run(live())
    for each in ("first", "odd", "last"):
        for done in ACTS:
            assert log.lines.count(f"{done} {each}") == 1
    assert log.lines[-3:] == ["stop last", "stop odd", "stop first"]
    bad = [finding for finding in findings if not finding.is_well]
    assert [(f.part, f.subject, f.is_lasting) for f in bad] == {
        "start": [("feature", "odd", True)],
        "findings": [("feature", "odd", False)],
        "stop": [],
    }[act]
    assert {"first", "last"} <= {finding.part for finding in findings}


@pytest.mark.parametrize("late", [False, True])
def test_what_cannot_be_built_is_told_and_missing_to_those_that_need_it_alone(
    tmp_path: Path, *, late: bool
) -> None:
    log = Log()

    class Other(Feature):
        pass

    class Needs(Feature):
        def __init__(self, other: Other) -> None:
            self.other = other

    def broken(_: Features) -> Feature:
        raise ValueError("whatever it is")

    imports = ("json",) if late else ()
    of = [
        Part("broken", broken, imports),
        Part("needs", lambda b: Needs(b.of(Other)), imports),
        Part("last", lambda _: Noted(log, "last", {})),
    ]

    async def live() -> None:
        features = built(tmp_path, of)
        await features.start()
        assert features.names() == ("last",)
        assert features.find(Other) is None
        with pytest.raises(MissingFeatureError, match="Other"):
            features.of(Other)
        told = await features.findings()
        assert {f.subject for f in told if f.part == "feature" and not f.is_well} == {
            "broken",
            "needs",
        }
        await features.stop()

    run(live())
    assert log.lines == ["start last", "findings last", "stop last"]


def test_a_module_that_cannot_be_imported_costs_its_feature_alone(tmp_path: Path) -> None:
    log = Log()
    missing = Part("odd", lambda _: Noted(log, "odd", {}), ("assistant.nobody_wrote_this",))
    of = [missing, Part("last", lambda _: Noted(log, "last", {}))]

    async def live() -> None:
        features = built(tmp_path, of)
        await features.start()
        (told,) = [f for f in await features.findings() if not f.is_well]
        assert "ModuleNotFoundError" in told.detail
        await features.stop()

    run(live())
    assert log.lines == ["start last", "findings last", "stop last"]


def test_one_that_starts_late_is_told_until_it_has(tmp_path: Path) -> None:
    log = Log()

    async def live() -> None:
        go_on, is_on = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            await go_on.wait()
            is_on.set()

        features = built(tmp_path, parts(log, {"start": slow}))
        await features.start()
        assert "start last" in log.lines
        (told,) = [f for f in await features.findings() if not f.is_well]
        assert (told.part, told.subject) == ("feature", "odd")
        go_on.set()
        await is_on.wait()
        await asyncio.sleep(1)  # virtual
        assert all(f.is_well for f in await features.findings())
        await features.stop()

    run(live())


def test_what_waiting_does_not_mend_is_told_once_all_were_started(tmp_path: Path) -> None:
    log = Log()

    async def live() -> None:
        features = built(tmp_path, parts(log, {"start": fails, "findings": fails}))
        telling = asyncio.create_task(features.start_findings())
        await asyncio.sleep(1)  # virtual
        assert not telling.done()
        assert log.lines == []
        await features.start()
        (told,) = await telling
        assert (told.part, told.subject) == ("feature", "odd")
        await features.stop()

    run(live())


def test_the_log_holds_no_word_of_what_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def live() -> None:
        features = built(tmp_path, parts(Log(), dict.fromkeys(ACTS, fails)))
        await features.start()
        await features.findings()
        await features.stop()

    run(live())
    assert "ValueError" in caplog.text
    assert "odd" in caplog.text
    assert "whatever it is" not in caplog.text


# ------------------------------------------------------------------------------ the core's own


def test_the_list_is_whole_and_in_its_order(tmp_path: Path) -> None:
    """What the order is for; the reasons stand beside the list."""
    names = [part.name for part in FEATURES]
    assert len(set(names)) == len(names)

    def before(*some: str) -> bool:
        places = [names.index(name) for name in some]
        return places == sorted(places)

    assert before("services", "tables", "home services", "children")
    assert before("understanding", "children", "phrases", "alarms", "other children")
    assert before("alarms", "pendants", "console")
    assert before("other children", "medicines", "reminders", "medicine warnings", "self-test")
    assert names[-1] == "conversation", "a turn under way needs all the others: it is ended first"


async def test_a_feature_that_is_added_needs_its_line_alone(tmp_path: Path) -> None:
    log = Log()
    options = CoreOptions(tmp_path, Settings(), tmp_path / "cache", capabilities=frozenset())
    core = Core(options, (*FEATURES, Part("added", lambda _: Noted(log, "added", {}))))
    await core.start()
    assert core.features.names() == (*(part.name for part in FEATURES), "added")
    told = await call(core.bus, "home.devices")
    assert "added" in [finding["part"] for finding in told]
    await core.stop()
    assert log.lines.count("start added") == log.lines.count("stop added") == 1
    assert log.lines[-1] == "stop added"


@pytest.mark.parametrize("name", [part.name for part in FEATURES if not part.is_vital])
async def test_no_feature_of_ours_keeps_the_core_from_starting(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in turn fails at its start: the others are there, and it is told which is not."""
    options = CoreOptions(tmp_path, Settings(), tmp_path / "cache", capabilities=frozenset())
    core = Core(options)
    feature = core.features._built.get(name)
    if feature is None:  # it is imported when its turn comes

        async def cannot(*_: object) -> None:
            raise OSError("whatever it is")

        built_then = core.features._build

        def build(part: Part) -> None:
            built_then(part)
            if part.name == name:
                monkeypatch.setattr(core.features._built[name], "start", cannot, raising=True)

        monkeypatch.setattr(core.features, "_build", build)
    else:

        async def cannot() -> None:
            raise OSError("whatever it is")

        monkeypatch.setattr(feature, "start", cannot)
    await core.start()
    try:
        assert core.features.names() == tuple(part.name for part in FEATURES)
        told = [f for f in await core.features.findings() if f.part == "feature"]
        assert [f.subject for f in told] == [name]
    finally:
        await core.stop()


@pytest.mark.parametrize("act", ["build", "start"])
def test_without_a_vital_one_nothing_goes_on(tmp_path: Path, act: str) -> None:
    log = Log()

    def build(_: Features) -> Feature:
        if act == "build":
            raise ValueError("whatever it is")
        return Noted(log, "vital", {"start": fails})

    async def live() -> None:
        features = built(
            tmp_path,
            [Part("vital", build, is_vital=True), Part("last", lambda _: Noted(log, "last", {}))],
        )
        await features.start()

    with pytest.raises(ValueError, match="whatever"):
        run(live())
    assert "start last" not in log.lines
