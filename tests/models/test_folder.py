import shutil
from pathlib import Path

import pytest

from models import (
    CorruptModelError,
    ModelMissingError,
    UnknownModelError,
    WrongLanguageError,
    check_layout,
    find,
    installed,
)
from models.manifest import PACKAGE
from models.spoken import language_of

TINY = {lang: PACKAGE / f"vosk-tiny-{lang}" for lang in ("zh", "en")}

OFFICIAL = {"zh": "vosk-model-small-cn-0.22", "en": "vosk-model-small-en-us-0.15"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put(lang: str, target: Path) -> Path:
    shutil.copytree(TINY[lang], target)
    return target


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tiny_model_is_the_last_resort(home, lang):
    model = find(lang, home)
    assert (model.kind, model.path, model.language) == ("tiny", TINY[lang], lang)
    assert not model.understands_people


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pulled_official_model_comes_before_it(home, lang):
    put(lang, home / OFFICIAL[lang])
    model = find(lang, home)
    assert (model.name, model.kind) == (OFFICIAL[lang], "official")
    assert model.understands_people


def test_the_better_of_two_official_models(home):
    put("en", home / OFFICIAL["en"])
    put("en", home / "vosk-model-en-us-0.22-lgraph")
    assert find("en", home).name == "vosk-model-en-us-0.22-lgraph"


def test_a_model_of_the_users_own_comes_before_official_ones(home):
    put("en", home / OFFICIAL["en"])
    put("en", home / "tuned-for-grandma")
    assert (find("en", home).name, find("en", home).kind) == ("tuned-for-grandma", "own")


def test_a_model_of_the_other_language_is_passed_over(home):
    put("zh", home / "tuned-for-grandma")
    assert find("en", home).kind == "tiny"


@pytest.mark.parametrize("inside", [True, False])
def test_the_environment_comes_before_the_home(home, tmp_path, monkeypatch, inside):
    """VOSK_MODEL_PATH is a model, or (as vosk itself has it) a folder of models."""
    put("zh", home / OFFICIAL["zh"])
    mine = put("zh", tmp_path / "elsewhere/mine")
    monkeypatch.setenv("VOSK_MODEL_PATH", str(mine if inside else mine.parent))
    assert find("zh", home).path == mine
    assert find("en", home).kind == "tiny"


def test_a_tiny_model_elsewhere_is_still_tiny(home, monkeypatch, tmp_path):
    monkeypatch.setenv("VOSK_MODEL_PATH", str(put("zh", tmp_path / "vosk-tiny-zh")))
    assert not find("zh", home).understands_people


def test_the_settings_come_before_everything(home, tmp_path, monkeypatch):
    monkeypatch.setenv("VOSK_MODEL_PATH", str(put("zh", tmp_path / "env")))
    chosen = put("zh", tmp_path / "chosen")
    assert find("zh", home, chosen).path == chosen


def test_a_chosen_model_must_be_there_and_of_the_language(home, tmp_path):
    with pytest.raises(ModelMissingError, match="is no folder"):
        find("zh", home, tmp_path / "nowhere")
    with pytest.raises(WrongLanguageError, match="for en, not for zh"):
        find("zh", home, TINY["en"])


def test_an_unknown_language(home):
    with pytest.raises(UnknownModelError, match="there are: zh, en"):
        find("fr", home)


def test_a_broken_pulled_model_is_named_and_not_passed_over(home):
    (put("zh", home / OFFICIAL["zh"]) / "graph/Gr.fst").unlink()
    with pytest.raises(CorruptModelError, match=r"Gr\.fst is missing.*anban models pull"):
        find("zh", home)


@pytest.mark.parametrize(
    "missing",
    [
        "conf/mfcc.conf",
        "graph/HCLr.fst",
        "graph/Gr.fst",
        "graph/disambig_tid.int",
        "conf/model.conf",
    ],
)
def test_every_needed_file_is_missed(tmp_path, missing):
    model = put("en", tmp_path / "model")
    (model / missing).unlink()
    with pytest.raises(CorruptModelError):
        check_layout(model)


@pytest.mark.parametrize("damaged", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"])
def test_a_file_that_does_not_begin_as_it_should_is_named(tmp_path, damaged, content):
    model = put("en", tmp_path / "model")
    (model / damaged).write_bytes(content)
    with pytest.raises(CorruptModelError, match=damaged.replace(".", r"\.")):
        check_layout(model)


def test_the_old_flat_layout_is_known(tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for name in ("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst",
                 "graph/disambig_tid.int", "graph/words.txt"):  # fmt: skip
        shutil.copy(TINY["zh"] / name, flat)
    check_layout(flat)
    assert language_of(flat) == "zh"


def test_languages_are_told_by_the_words(tmp_path):
    assert [language_of(TINY[lang]) for lang in ("zh", "en")] == ["zh", "en"]
    assert language_of(tmp_path) is None


def test_a_folder_that_is_no_model(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(CorruptModelError, match="is no Vosk model"):
        check_layout(tmp_path / "photos")
    assert installed(tmp_path) == []
    assert installed(tmp_path / "nowhere") == []
