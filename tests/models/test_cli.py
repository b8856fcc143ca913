import shutil

import pytest
from typer.testing import CliRunner

from models.cli import app
from models.manifest import PACKAGE

runner = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path / "home"))
    return lambda *arguments: runner.invoke(app, list(arguments))


def test_list_shows_every_model_and_which_is_used(invoke):
    result = invoke("list")
    assert result.exit_code == 0
    for name in ("vosk-model-small-cn-0.22", "vosk-model-small-en-us-0.15", "vosk-tiny-zh"):
        assert name in result.stdout
    assert result.stdout.count("absent") == 3
    assert result.stdout.count("in use") == 2


def test_pull_then_list_then_verify(invoke, english_zip, tmp_path):
    result = invoke("pull", "en", "--from", str(english_zip))
    assert result.exit_code == 0
    assert f"{tmp_path}/home/models/somebodys-model" in result.stdout
    assert "home/models/somebodys-model" in invoke("list").stdout
    result = invoke("verify")
    assert result.exit_code == 0
    for name in ("somebodys-model", "vosk-tiny-en", "vosk-tiny-zh"):
        assert f"{name}: works" in result.stdout


@pytest.mark.parametrize("what", ["zh", "vosk-tiny-zh", str(PACKAGE / "vosk-tiny-zh")])
def test_verify_takes_a_language_a_name_or_a_folder(invoke, what):
    result = invoke("verify", what)
    assert result.exit_code == 0
    assert "vosk-tiny-zh: works" in result.stdout


def test_verify_names_the_broken_one_and_goes_on(invoke, tmp_path, tiny):
    broken = tmp_path / "home/models/broken"
    shutil.copytree(tiny["en"], broken)
    (broken / "graph/words.txt").write_text("")
    result = invoke("verify")
    assert result.exit_code == 1
    assert "words.txt is damaged" in result.stderr
    assert "vosk-tiny-zh: works" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("pull", "klingon"),
        ("pull", "zh", "--from", "/nowhere.zip"),
        ("pull", "zh", "--from", "http://127.0.0.1:1"),
        ("verify", "/nowhere"),
    ],
)
def test_errors_are_one_clear_sentence(invoke, arguments):
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert result.stderr.strip()
    assert "Traceback" not in result.output
