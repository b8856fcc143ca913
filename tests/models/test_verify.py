import shutil
from pathlib import Path

import pytest

from models import CorruptModelError, ModelMissingError, verify


@pytest.fixture
def model(tmp_path: Path, tiny) -> Path:
    shutil.copytree(tiny["en"], tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_models_that_come_with_anban_work(lang, tiny):
    report = verify(tiny[lang])
    assert report.language == lang
    assert report.sums_checked
    assert report.load_seconds > 0
    assert report.bytes > 500_000


def test_a_changed_file_is_found_by_its_sum(model):
    with (model / "graph/words.txt").open("a") as words:
        words.write("extra 9999\n")
    with pytest.raises(CorruptModelError, match=r"words\.txt is damaged"):
        verify(model)


def cut_network(model: Path) -> None:
    file = model / "am/final.mdl"
    file.write_bytes(file.read_bytes()[:100_000])


def cut_grammar(model: Path) -> None:
    file = model / "graph/Gr.fst"
    file.write_bytes(file.read_bytes()[:1000])


def without_silence_phones(model: Path) -> None:
    """Vosk loads such a model, then aborts the process at the first sound."""
    conf = model / "conf/model.conf"
    lines = conf.read_text().splitlines(keepends=True)
    conf.write_text("".join(line for line in lines if "silence-phones" not in line))


@pytest.mark.parametrize("damage", [cut_network, cut_grammar, without_silence_phones])
def test_what_breaks_vosk_does_not_break_us(model, damage):
    (model / "SHA256SUMS").unlink()
    damage(model)
    with pytest.raises(CorruptModelError, match=r"Vosk cannot use this model: .+"):
        verify(model)


def test_no_folder(tmp_path):
    with pytest.raises(ModelMissingError):
        verify(tmp_path / "nowhere")
