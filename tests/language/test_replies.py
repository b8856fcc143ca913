"""Replies as data."""

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from assistant.language import Replies, RepliesInvalidError, ReplyMissingError, SlotMissingError

ZH = 'taken: ["好，{medicine}记下了。", "记下了，{medicine}吃过了。"]\nbye: 再见。\n'
EN = 'taken: ["Good: {medicine}.", "Noted: {medicine}.", "{medicine} it is."]\nbye: Bye.\n'


def write(folder: Path, zh: str = ZH, en: str = EN) -> Path:
    for lang, content in (("zh", zh), ("en", en)):
        (folder / lang).mkdir(parents=True, exist_ok=True)
        (folder / lang / "replies.yml").write_text(content, "utf-8")
    return folder


@pytest.fixture
def replies(tmp_path: Path) -> Replies:
    return Replies.load(write(tmp_path), random=Random(1))


def test_render_fills_the_slots(replies: Replies) -> None:
    assert "aspirin" in replies.render("taken", "en", medicine="aspirin")
    assert replies.render("bye", "zh") == "再见。"


def test_a_sentence_begins_with_a_capital_and_a_part_of_one_as_it_is(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        'knows: ["{who}知道了。"]\nwhen: ["{day}{time}"]\n',
        'knows: ["{who} knows."]\nwhen: ["{day} at {time}"]\n',
    )
    replies = Replies.load(folder)
    assert replies.render("knows", "en", who="your daughter") == "Your daughter knows."
    assert replies.render("knows", "zh", who="女儿") == "女儿知道了。"
    assert replies.render("when", "en", day="today", time="8 p.m.") == "today at 8 p.m."


def test_no_wording_comes_twice_in_a_row(replies: Replies) -> None:
    told = [replies.render("taken", "en", medicine="x") for _ in range(200)]
    assert all(one != next_ for one, next_ in pairwise(told))
    assert len(set(told)) == 3


def test_avoided_wording_does_not_come(replies: Replies) -> None:
    for _ in range(50):
        assert replies.render("taken", "en", avoid="Noted: x.", medicine="x") != "Noted: x."


def test_values_are_never_read_as_wordings(replies: Replies) -> None:
    assert "{__class__}" in replies.render("taken", "en", medicine="{__class__}")


def test_missing_key_and_slot_name_the_file(replies: Replies, tmp_path: Path) -> None:
    with pytest.raises(ReplyMissingError, match=rf"nothing.*{tmp_path}/en/replies.yml"):
        replies.render("nothing", "en")
    with pytest.raises(SlotMissingError, match=rf"{tmp_path}/zh/replies.yml: taken: .*medicine"):
        replies.render("taken", "zh")
    with pytest.raises(ReplyMissingError, match="language fr"):
        replies.render("bye", "fr")


@pytest.mark.parametrize(
    ("zh", "mistake"),
    [
        ("taken: [\n", "no valid YAML"),
        ("- a\n- b\n", "must be a table"),
        (ZH + "extra: 多\n", "extra: is absent"),
        ('taken: ["好。"]\nbye: 再见\n', "slots"),
        ('taken: ["好{medicine}", "好"]\nbye: 再见\n', "differ in their slots"),
        ('taken: ["{medicine.name}"]\nbye: 再见\n', "plain name"),
        ('taken: ["{medicine!r}"]\nbye: 再见\n', "plain name"),
        ('taken: ["{}{medicine}"]\nbye: 再见\n', "plain name"),
        ('taken: ["{medicine"]\nbye: 再见\n', "taken"),
        ("taken: []\nbye: 再见\n", "at least one wording"),
        ("taken: [3]\nbye: 再见\n", "no wording"),
        ('taken: ["{medicine}", "{medicine}"]\nbye: 再见\n', "twice"),
        (ZH + "bye: 走好\n", "stands twice"),
        (ZH + "yes: 是\n", "must be text"),
    ],
)
def test_broken_files_are_refused_by_name(tmp_path: Path, zh: str, mistake: str) -> None:
    with pytest.raises(RepliesInvalidError, match=mistake) as refused:
        Replies.load(write(tmp_path, zh=zh))
    assert str(tmp_path) in str(refused.value)


def test_absent_file_and_doubled_key(tmp_path: Path) -> None:
    with pytest.raises(RepliesInvalidError, match="cannot be read"):
        Replies.load(tmp_path / "nowhere")
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    with pytest.raises(RepliesInvalidError, match="has this key too"):
        Replies.load(one, other)


def test_python_objects_in_yaml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RepliesInvalidError):
        Replies.load(write(tmp_path, zh="bye: !!python/object/apply:os.system ['true']\n"))
