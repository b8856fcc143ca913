"""The `anban` command as a user meets it: answers, and plain errors without a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.demo.elder import speak

ANBAN = Path(sys.executable).with_name("anban")


def anban(
    *arguments: str, given: str | None = None, home: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    if home is not None:
        env["ANBAN_HOME"] = str(home)
    done = subprocess.run(
        [str(ANBAN), *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        env=env,
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


LINES = (
    *("说英语", "几点了", "我们认识一下吧", "几点了", "帮我炒股", "救命啊"),
    *("长" * 10_000, "😀😀", "/general_stop"),
)
LEAKS = {
    "zh": [
        # An alarm asks about signs, and takes whatever is said for their answer.
        ("我半边身子动不了", "现在几点了", "general_time"),
        # It asks whether help is needed: a bare yes or no is its answer.
        ("救命", "不", "general_deny"),
        ("救命", "再说一遍", "general_repeat"),
        ("提醒我吃药", "现在几点了", "general_time"),  # a form that waits
    ],
    "en": [
        ("i think i'm having a stroke", "what time is it", "general_time"),
        ("i've fallen", "no", "general_deny"),
        ("i've fallen", "say that again", "general_repeat"),
        ("remind me to take my pills", "what time is it", "general_time"),
    ],
}


def asked(lang: str, *texts: str) -> tuple[list[dict[str, Any]], int]:
    """The answers to some lines, and the exit status."""
    done = anban("ask", "--lang", lang, "--json", "-", given="\n".join(texts))
    return lines(done), done.returncode


def pairs_of(lang: str) -> list[str]:
    return [text for before, after, _ in LEAKS[lang] for text in (before, after)]


@pytest.fixture(scope="module")
def all_lines() -> tuple[list[dict[str, Any]], int]:
    """The lines of two tests in one run: a Rasa takes longer to start than to answer them."""
    return asked("zh", *LINES, *pairs_of("zh"))


def test_ask_answers_each_line_as_a_conversation_of_its_own(
    all_lines: tuple[list[dict[str, Any]], int],
) -> None:
    (language, *answers), status = all_lines
    assert language["intent"] == "general_language"  # and the next lines are Mandarin again
    intents = [answer["intent"] for answer in answers]
    assert intents[:5] == [
        "general_time",
        "general_introduce",
        "general_time",
        "nlu_fallback",
        "emergency_help",
    ]
    keys = {"text", "intent", "confidence", "skill", "entities", "reply", "events"}
    assert all(keys <= answer.keys() for answer in answers)
    assert answers[2]["reply"] != answers[1]["reply"]
    assert any(event["type"] == "CryForHelpHeard" for event in answers[4]["events"])
    assert "10000 characters" in answers[5]["error"]
    assert "no words" in answers[6]["error"]
    assert "error" not in answers[7]
    assert status == 1  # two lines were refused


def test_no_line_leaks_into_the_next(all_lines: tuple[list[dict[str, Any]], int]) -> None:
    check_leaks("zh", all_lines[0][len(LINES) :])


@pytest.mark.soak  # another Rasa: what is forgotten has no language
def test_no_line_leaks_in_another_language() -> None:
    check_leaks("en", asked("en", *pairs_of("en"))[0])


def check_leaks(lang: str, answers: list[dict[str, Any]]) -> None:
    after = answers[1::2]
    assert [answer["intent"] for answer in after] == [intent for _, _, intent in LEAKS[lang]]
    for answer in after:
        assert not [event for event in answer["events"] if event["type"].startswith("Alarm")]


@pytest.mark.parametrize("text", ["x" * 10_000, "😀", "\x01\x02", "/", "   "])
def test_text_that_is_no_sentence_is_refused_before_anything_starts(text: str) -> None:
    done = anban("ask", text)
    assert done.returncode != 0
    assert done.stderr.startswith("anban: ")


async def test_hear_answers_a_recording_and_speaks_the_answer(tmp_path: Path) -> None:
    voice = await speak("what time is it", "en")
    stereo = np.stack([voice, voice], axis=1).astype(np.float32) / 32_768
    soundfile.write(tmp_path / "question.flac", np.repeat(stereo, 3, axis=0), 48_000)
    reply = tmp_path / "reply.wav"
    done = anban(
        *("hear", str(tmp_path / "question.flac"), "--lang", "en", "--json"),
        *("--reply", str(reply)),
    )
    assert done.returncode == 0, done.stderr
    (answer,) = lines(done)
    assert answer["text"] == "what time is it"
    assert answer["intent"] == "general_time"
    sound, rate = soundfile.read(reply)
    assert len(sound) / rate > 0.8
    assert np.abs(sound).max() > 0.05


def broken_recordings(folder: Path) -> dict[str, Path]:
    files = {name: folder / name for name in ("empty.wav", "silent.wav", "text.wav", "cut.wav")}
    files["empty.wav"].touch()
    soundfile.write(files["silent.wav"], np.zeros(32_000), 16_000)
    files["text.wav"].write_text("this is no sound", "utf-8")
    soundfile.write(files["cut.wav"], np.zeros(0), 16_000)
    files["missing.wav"] = folder / "missing.wav"
    files["folder"] = folder
    return files


@pytest.mark.parametrize(
    "name", ["empty.wav", "silent.wav", "text.wav", "cut.wav", "missing.wav", "folder"]
)
def test_hear_refuses_what_is_no_recording(tmp_path: Path, name: str) -> None:
    done = anban("hear", str(broken_recordings(tmp_path)[name]))
    assert done.returncode == 1
    assert done.stderr.startswith("anban: ")
    assert done.stdout == ""


async def test_hear_names_a_broken_model(tmp_path: Path) -> None:
    (tmp_path / "anban.toml").write_text(
        f'[models]\nvosk = {{ zh = "{tmp_path}/model", en = "" }}\n', "utf-8"
    )
    (tmp_path / "model" / "am").mkdir(parents=True)
    (tmp_path / "model" / "am" / "final.mdl").write_bytes(b"junk")
    soundfile.write(tmp_path / "a.wav", await speak("几点了", "zh"), 16_000)
    done = anban("hear", str(tmp_path / "a.wav"), "--lang", "zh", home=tmp_path)
    assert done.returncode == 1
    assert str(tmp_path / "model") in done.stderr


def test_broken_settings_are_named_with_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "anban.toml").write_text("[ear]\npause_seconds = 99\n", "utf-8")
    for command in (["ask", "hello"], ["train"]):  # `run` goes on: tests/faults/test_disk.py
        done = anban(*command, home=tmp_path)
        assert done.returncode == 1
        assert f"{tmp_path / 'anban.toml'}:2: ear.pause_seconds" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["ask"], ["fly"], ["ask", "--lang", "fr", "bonjour"], ["hear"], ["ask", "--loud"]]
)
def test_a_wrong_call_shows_how_to_call(arguments: list[str]) -> None:
    done = anban(*arguments)
    assert done.returncode == 2
    assert "--help" in done.stderr or "zh, en" in done.stderr


def test_live_without_a_running_anban_says_how_to_start_one() -> None:
    done = anban("ask", "--live", "hello")
    assert done.returncode == 1
    assert "anban run" in done.stderr


def test_setup_prints_every_setting() -> None:
    done = anban("setup", "--example")
    assert done.returncode == 0
    assert done.stdout == (Path(__file__).parents[2] / "anban.example.toml").read_text("utf-8")


def test_run_answers_live_refuses_a_second_and_ends_cleanly(
    tmp_path: Path, anban_home: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "cache").symlink_to(anban_home / "cache")
    env = {**os.environ, "ANBAN_HOME": str(home)}
    with (tmp_path / "log").open("w+") as log:
        running = subprocess.Popen([str(ANBAN), "run", "--lang", "en"], stderr=log, env=env)
        try:
            wait_for(tmp_path / "log", "dialogue is ready", running)
            wait_for(tmp_path / "log", "skills is ready", running)
            done = anban("ask", "--live", "--json", "what time is it", home=home)
            (answer,) = lines(done)
            assert answer["intent"] in {"general_time", "nlu_fallback"}  # it may still warm up
            assert answer["reply"]

            second = anban("run", home=home)
            assert second.returncode == 1
            assert "another Anban runs" in second.stderr

            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0
        finally:
            running.kill()
            running.wait()
    text = (tmp_path / "log").read_text("utf-8")
    assert "Traceback" not in text
    assert "only the tiny en model" in text
    assert "no microphone" in text
    assert "what time is it" not in text  # no word of the elder in the log


def wait_for(log: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    """Follow the log until it says so; the test's own time limit is the deadline."""
    seen = log.open(encoding="utf-8")
    with seen:
        while text not in seen.read():
            seen.seek(0)
            try:
                status = process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"anban run ended with {status}: {seen.read()}")
