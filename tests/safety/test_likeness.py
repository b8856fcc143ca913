"""What is asked about because a whole sentence is like a cry, and what that may never do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.safety import judge, likeness
from assistant.safety.frames import load as load_grammar
from assistant.safety.hypothesis import utterance
from assistant.safety.judgement import Cry, Doubt, Judgement
from assistant.safety.meaning import Meaning
from assistant.safety.verdicts import judged
from assistant.safety.weighing import weighed
from tests.safety.rows import cries, near_misses, ordinary

ROUNDABOUT = (
    "she's going and there's no sound coming out of her and she's clutching at her neck",
    "the chip pan's gone up and the curtains are going",
    "就着白酒吃了四十来片头孢也吃了人迷瞪了",
    "他满嘴胡话浑身湿透糖水也咽不下去",
)


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(likeness, "WEIGHTS", tmp_path / "nothing.tsv")
    likeness.load.cache_clear()
    yield
    likeness.load.cache_clear()


def meaning(text: str) -> Meaning:
    return Meaning(load_grammar(), utterance(text), is_lenient=True)


@pytest.mark.parametrize("text", ROUNDABOUT)
def test_what_nobody_wrote_down_is_asked_about(text: str) -> None:
    assert judged(meaning(text), is_final=True) == Judgement(), "the grammar alone finds nothing"
    judgement = judge(text, is_final=True)
    assert judgement.doubt is not None
    assert judgement.cry is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_never_calls(lang: str) -> None:
    texts = [*(row.text for row in cries(lang)), *near_misses(lang), *ordinary(lang)]
    called = [text for text in texts if judge(text, is_final=True).cry is not None]
    assert len(called) > 50
    assert [text for text in called if judged(meaning(text), is_final=True).cry is None] == []


@pytest.mark.parametrize("text", ROUNDABOUT)
def test_what_is_not_heard_to_its_end_or_by_the_tiny_model_is_not_weighed(text: str) -> None:
    assert judge(text, is_final=False) == Judgement()
    assert judge(text, is_final=True, is_tiny=True) == Judgement()


CRY = Judgement(cry=Cry("a frame", "fall"))
MILD, SERIOUS = (Judgement(doubt=Doubt("a frame", "fall", is_serious)) for is_serious in (0, 1))
AS_HEARD, WEAKENED = "i've fallen", "i've fallen last year"


@pytest.mark.parametrize(
    ("before", "said", "alike", "after"),
    [
        (CRY, AS_HEARD, 0.9, "cry"),
        (CRY, AS_HEARD, 0.1, "serious"),
        (SERIOUS, AS_HEARD, 0.3, "serious"),
        (SERIOUS, AS_HEARD, 0.1, ""),
        (SERIOUS, WEAKENED, 0.0, "serious"),  # a cue alone never silences a cry
        (MILD, AS_HEARD, 0.3, "mild"),
        (Judgement(), AS_HEARD, 0.9, "serious"),
        (Judgement(), AS_HEARD, 0.6, "mild"),
        (Judgement(), AS_HEARD, 0.4, ""),
        (Judgement(fine=True), AS_HEARD, 0.9, ""),
        (Judgement(reflex="stop"), AS_HEARD, 0.9, ""),
        (Judgement(hang_up=True), AS_HEARD, 0.9, ""),
    ],
)
def test_what_is_done_by_how_much_it_is_like_a_cry(
    before: Judgement, said: str, alike: float, after: str
) -> None:
    done = weighed(before, meaning(said), alike)
    doubt = done.doubt
    outcome = "cry" if done.cry else "" if doubt is None else "mild"
    assert ("serious" if doubt is not None and doubt.is_serious else outcome) == after


def test_a_cry_said_again_and_again_calls_however_it_sounds() -> None:
    cry = Judgement(cry=Cry("a frame", "fall", is_at_once=True), is_repeated=True)
    assert weighed(cry, meaning("help help"), 0.0) == cry


@pytest.mark.usefixtures("without_weights")
def test_without_the_file_the_grammar_stands(caplog: pytest.LogCaptureFixture) -> None:
    for text in (*ROUNDABOUT, "help i've fallen", "我摔倒了起不来", "get me some food"):
        assert judge(text, is_final=True).cry == judged(meaning(text), is_final=True).cry
    assert judge(ROUNDABOUT[0], is_final=True) == Judgement()
    assert "install Anban again" in caplog.text


def test_the_file_is_as_it_was_written() -> None:
    lines = likeness.WEIGHTS.read_text("utf-8").splitlines()
    names = [line.split("\t")[0] for line in lines]
    assert names == sorted(set(names))
    assert len(likeness.load()) == len(lines) > 10_000


@pytest.mark.soak
def test_the_same_lists_give_the_same_weights() -> None:
    pytest.importorskip("sklearn", reason="training needs scikit-learn")
    from assistant.safety.train import Model, rows

    made, kept = Model(rows()).weights(), likeness.load()
    assert made.keys() == kept.keys()
    assert all(abs(made[name] - kept[name]) <= 1 for name in kept)
