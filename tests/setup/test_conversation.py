"""`anban setup`: what is asked, kept, said, and left in the middle."""

from __future__ import annotations

import asyncio
import io
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import segno
from rich.cells import cell_len

from assistant.commands import reminder_list
from assistant.commands.setup_answers import set_up_from
from assistant.commands.setup_people import show_code
from assistant.commands.setup_terminal import Terminal as Front
from assistant.commands.told import told
from assistant.people.contacts import Contact, People, new_contact
from assistant.settings import SettingsError, load
from assistant.setup import ports
from assistant.setup.ports import Found, What
from assistant.store import Database, KeyedValues, StoreError
from tests.commands.terminal import CTRL_D, Terminal, terminal
from tests.setup.keyboard import Keyboard, converse
from tests.setup.parts import ntfy, place

MAIN = "import sys; from assistant.cli import main; main()"
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def setup(home: Path) -> Iterator[Terminal]:
    with terminal("-c", MAIN, "setup", ANBAN_HOME=str(home), LC_ALL="en_US.UTF-8") as shown:
        yield shown


def answer(shown: Terminal, *answers: tuple[str, str]) -> None:
    for asked, typed in answers:
        shown.waits_for(asked)
        shown.waits_for("> ")
        shown.types(f"{typed}\r")


def written(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "anban.toml").read_text("utf-8"))


def people(home: Path) -> tuple[Contact, ...]:
    known = People(home)
    known.read()
    return known.all


def set_up_before(home: Path, text: str = 'language = "zh"\n') -> None:
    (home / "anban.toml").write_text(text, "utf-8")


# ------------------------------------------------------------------------- at a terminal


def test_she_presses_and_the_terminal_knows(tmp_path: Path) -> None:
    set_up_before(tmp_path, 'language = "en"\n')
    with ntfy() as inbox, setup(tmp_path) as shown:
        answer(
            shown,
            ("Which step", "5"),
            ("open the page", "http://127.0.0.2:8095/"),
            ("The page opens", "6"),
            ("Name of a person", "Sue"),
            ("What does the elder call", ""),
            ("How is Sue reached", inbox.address),
            ("Another way", ""),
            ("At which hours", ""),
            ("Send Sue a test", ""),
        )
        shown.waits_for("Waiting for Sue")
        (link,) = re.findall(r"http://\S+", inbox.messages[0]["message"])
        with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as phone:
            assert phone.post(f"{link}/take", data={"do": "take"}).status_code == 200
        shown.waits_for("Sue pressed it!")
        shown.waits_for("Name of a person")
        shown.interrupts()
        assert shown.ends() == 130
    assert "Kept: the page, whom to call." in COLOURS.sub("", shown.shown)
    assert "Traceback" not in shown.shown
    assert written(tmp_path)["console"]["url"] == "http://127.0.0.2:8095"


def test_it_can_be_left_at_the_first_question(tmp_path: Path) -> None:
    with setup(tmp_path / "home") as shown:
        shown.waits_for("> ")
        shown.types(CTRL_D)
        assert shown.ends() == 0
    assert "Nothing was kept" in shown.shown
    assert "什么都没有存" in shown.shown
    assert "Traceback" not in shown.shown
    assert not (tmp_path / "home").exists()


# ----------------------------------------------------------------- by what is typed alone


def test_a_home_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but sound, which has tests of its own: up to a message that arrived."""
    with ntfy() as inbox:
        answers = (
            ("Which language", ""),
            ("怎么称呼老人", "?"),
            ("比如 王奶奶", "王奶奶"),
            ("老人自己的电话", "120"),
            ("120 是公共急救电话", "138 0013 8000"),
            ("起床", "六点"),
            ("早饭", "19:00"),
            ("您是不是想写：07:00", "7:00"),
            ("午饭", ">"),
            ("用哪个喇叭", ">"),
            ("现在下载", "maybe"),
            ("请回答 是 或 否", "n"),
            ("哪个网址", "-"),
            ("联系人的名字", "12345"),
            ("名字里要有字", "王小芳"),
            ("平时怎么叫", "闺女、小芳"),
            ("怎么找 王小芳", "ntfi://x"),
            ("您是不是想写：ntfy://x", "2"),
            ("电话号码", "13912345678"),
            ("家里有哪一种", ""),
            ("这个号码先不存", inbox.address),
            ("还有别的联系方式", ""),
            ("什么时候先找", "8点到22点"),
            ("发一条试试", "y"),
            ("联系人的名字", ""),
            ("家里的地址", "幸福路12号"),
            ("怎么进门", "1234#"),
            ("过敏", "高血压"),
            ("救护车", "1"),
            ("2 到 6 位", ""),
            ("药名", "nowhere.csv"),
            ("没有这个文件", ""),
            ("自己写串口", ""),
        )
        status, shown = converse(tmp_path, answers, monkeypatch)
    assert status == 0
    assert "求救时联系：王小芳" in shown
    assert "anban run" in shown.splitlines()
    assert (
        "还缺：午饭时间、午睡时间、晚饭时间、睡觉时间；听懂真人说话的语音模型；家人手机上的网页"
        in shown.replace("\n", "")
    )
    assert [line for line in shown.splitlines() if cell_len(line) > 60] == []
    assert "告诉正在安装的人" in inbox.messages[0]["message"]
    assert written(tmp_path) == {
        "language": "zh",
        "elder_name": "王奶奶",
        "emergency": {
            "phone": "13800138000",
            "address": "幸福路12号",
            "door_code": "1234#",
            "health": "高血压",
        },
    }
    (contact,) = people(tmp_path)
    assert (contact.called, contact.hours) == (("闺女", "小芳"), "08:00-22:00")
    _, again = converse(tmp_path, [("做哪一步", "2"), ("[王奶奶]", "")], monkeypatch)
    assert "[13800138000]" in again


def test_a_second_run_goes_on_from_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = '# ours\nlanguage = "en"\n\n[emergency]  # by hand\naddress = "Mill Lane"\n'
    set_up_before(tmp_path, by_hand)
    answers = [
        ("Which step", "11"),
        ("from 1 to 9", "7"),
        ("The address of the home? [Mill Lane]", ""),
        ("get in", "key opposite"),
    ]
    status, shown = converse(tmp_path, answers, monkeypatch)
    assert status == 1  # nobody sits there, and not all was asked
    assert "Kept: the way in." in shown
    assert (tmp_path / "anban.toml").read_text().startswith(by_hand)
    answers = [("Which step", "7"), ("[Mill Lane]", "-"), ("[key opposite]", ">")]
    status, _ = converse(tmp_path, [*answers, ("left for later", "")], monkeypatch)
    assert status == 0
    settings = load(tmp_path / "anban.toml")
    assert (settings.emergency.address, settings.emergency.door_code) == ("", "key opposite")


def test_a_telephone_is_set_up_where_somebody_is_to_be_rung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    answers = (
        ("做哪一步", "6"),
        ("联系人的名字", "小芳"),
        ("平时怎么叫", ""),
        ("怎么找", "2"),
        ("电话号码", "139 1234 5678"),
        ("家里有哪一种", "1"),
        ("账号", "8001@sip.example.cn"),
        ("您是不是想写", "sip:8001@sip.example.cn"),
        ("用户名", ""),
        ("密码", "geheim"),
        ("域名", "sip.example.cn"),
        ("还有别的", ""),
        ("什么时候先找", ""),
        ("发一条试试", ""),
        ("联系人的名字", "-小芬"),
        ("小芳", "-小芳"),
        ("小芳 删掉了", ""),
        ("做哪一步", ""),
    )
    _, shown = converse(tmp_path, answers[:14], monkeypatch)
    assert "geheim" not in shown
    assert people(tmp_path)[0].channels == ("tel:+8613912345678",)
    phone = load(tmp_path / "anban.toml").phone
    assert (phone.account, phone.password) == ("sip:8001@sip.example.cn", "geheim")
    assert (tmp_path / "anban.toml").stat().st_mode & 0o077 == 0
    status, _ = converse(tmp_path, [answers[0], *answers[14:]], monkeypatch)
    assert status == 0
    assert people(tmp_path) == ()


def test_a_list_of_medicines_and_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    (tmp_path / "bad.csv").write_text("药名,用量,时间\n阿司匹林,1偏,08:00\n")
    (tmp_path / "good.csv").write_text("药名,用量,时间\n阿司匹林,1片,08:00\n")
    answers = (
        ("做哪一步", "8"),
        ("药名", str(tmp_path / "bad.csv")),
        ("1片", str(tmp_path / "good.csv")),
        ("就这样存下吗", ""),
        ("药名", "二甲双胍"),
        ("一次吃多少", "1偏"),
        ("1片", "1"),
        ("您是不是想写：1片", "1片"),
        ("什么时候吃", "<"),
        ("一次吃多少？ [1片]", ""),
        ("什么时候吃", "早饭后"),
        ("哪几天", ""),
        ("药名", "阿卡波糖"),
        ("一次吃多少", "1片"),
        ("什么时候吃", "08:00"),
        ("哪几天", ""),
        ("饭前还是饭后", "n"),
        ("饭前还是饭后", "1"),
        ("饭前还是饭后", ""),
        ("药名", "9"),
        ("这里要写字", ""),
        ("做哪一步", ""),
    )
    status, shown = converse(tmp_path, answers, monkeypatch)
    assert status == 0
    assert "要导入" not in shown, "it is asked about right there"
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    assert asyncio.run(titles()) == {"阿司匹林", "二甲双胍", "阿卡波糖"}


async def titles() -> set[str]:
    async with reminder_list.opened_copy() as api:
        return {each.title for each in await api.all()}


def test_there_is_a_way_back_and_no_answer_by_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    answers = (
        ("做哪一步", "返回"),
        ("做哪一步", "7"),
        ("家里的地址", "6"),
        ("这里要写字", "n"),
        ("这里要写字", "幸福路12号"),
        ("怎么进门", "back"),
        ("家里的地址？ [幸福路12号]", ""),
        ("怎么进门", "1234#"),
        ("过敏", "9"),
        ("这里要写字", "<"),
        ("怎么进门？ [1234#]", ">"),
        ("这一步不变", "2"),
        ("怎么称呼老人", "返回"),
        ("做哪一步", "2"),
        ("怎么称呼老人", "n"),
        ("名字里要有字", "王奶奶"),
        ("老人自己的电话", "＜"),
        ("怎么称呼老人？ [王奶奶]", ">"),
        ("还缺作息时间", "6"),
        ("联系人的名字", "小芳"),
        ("平时怎么叫", "闺女"),
        ("怎么找", "1"),
        ("订阅好了", "<"),
        ("怎么找", "<"),
        ("平时怎么叫", "<"),
        ("联系人的名字", "<"),
        ("做哪一步", ""),
    )
    status, shown = converse(tmp_path, answers, monkeypatch)
    assert status == 0
    assert "7 + " in shown.split("做哪一步")[-2]
    made = written(tmp_path)
    assert made["emergency"] == {"address": "幸福路12号", "door_code": "1234#"}
    assert made["elder_name"] == "王奶奶"
    assert people(tmp_path) == ()


def test_without_sound_it_is_said_and_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    answers = (("做哪一步", "3"), ("小安小安", ""), ("做哪一步", ""))
    _, shown = converse(tmp_path, answers, monkeypatch, has_sound=False)
    shown = shown.replace("\n", "")
    assert "3 ! 喇叭和麦克风（还缺喇叭、麦克风）" in shown
    assert "8 - 药" in shown
    assert "9 - 雷达" in shown
    assert "没有找到喇叭" in shown
    assert "没有找到麦克风" in shown
    assert "；喇叭、麦克风；" in shown.partition("好了")[2]


def test_where_it_was_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_before(tmp_path)
    _, shown = converse(tmp_path, [("做哪一步", "7"), ("家里的地址", "")], monkeypatch)
    assert "什么都没有改" in shown
    assert "停在第 7 步" in shown
    assert "来帮忙的人怎么进门" in shown.partition("停在第")[2]


def test_a_new_phone_gets_the_same_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_before(tmp_path)
    People(tmp_path).add(new_contact("小芳", [], ["ntfy://anban-5f1c93e0b7a2"]))
    answers = (
        ("做哪一步", "6"),
        ("联系人的名字", "小芳"),
        ("平时怎么叫", ""),
        ("还有别的", "1"),
        ("anban-5f1c93e0b7a2", ""),
        ("还有别的", ""),
        ("什么时候先找", ""),
        ("发一条试试", "n"),
        ("联系人的名字", ""),
        ("做哪一步", ""),
    )
    status, _ = converse(tmp_path, answers, monkeypatch)
    assert status == 0
    (contact,) = people(tmp_path)
    assert contact.channels == ("ntfy://anban-5f1c93e0b7a2",)


@pytest.mark.parametrize("title", ["Co-codamol 30/500", "~abc", "x" * 300])
def test_a_medicine_is_no_file_for_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    set_up_before(tmp_path)
    answers = (("做哪一步", "8"), ("药名", title), ("一次吃多少", ">"), ("做哪一步", ""))
    status, _ = converse(tmp_path, answers, monkeypatch)
    assert status == 0


def test_the_language_holds_after_one_that_was_asked_for_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)

    async def spoken(lang: str | None = None) -> Any:
        database = Database(tmp_path / "anban.sqlite")
        await database.open()
        try:
            if lang is not None:
                await KeyedValues.home(database).set("lang", lang)
            return await KeyedValues.home(database).get("lang")
        finally:
            await database.close()

    asyncio.run(spoken("zh"))
    status, _ = converse(tmp_path, (("做哪一步", "1"), ("语言", "2"), ("step", "")), monkeypatch)
    assert status == 0
    assert asyncio.run(spoken()) == "en"
    (tmp_path / "answers.toml").write_text('language = "zh"\n')
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    set_up_from(tmp_path / "answers.toml", is_check=False)
    assert asyncio.run(spoken()) == "zh"


def test_a_number_of_a_step_that_nobody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    answers = (("做哪一步", "1" * 5_000), ("做哪一步", ""))
    status, _ = converse(tmp_path, answers, monkeypatch)
    assert status == 0


def test_an_error_is_told_in_the_language_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    answers = (
        ("做哪一步", "6"),
        ("联系人的名字", "小芳"),
        ("平时怎么叫", ""),
        ("怎么找", "sip:x"),
    )
    _, shown = converse(tmp_path, answers, monkeypatch)
    wanted = told("SIP calls are not set up: [phone] in anban.toml, then baresip", "zh")
    assert "".join(wanted.split()) in "".join(shown.split())


def test_a_page_that_cannot_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, ntfy() as inbox:
        listens = f"127.0.0.1:{taken.getsockname()[1]}"
        console = f'[console]\nlisten = "{listens}"\nurl = "https://anban.example"\n'
        set_up_before(tmp_path, f'language = "en"\n{console}')
        answers = (
            ("Which step", "6"),
            ("Name of a person", "Sue"),
            ("What does the elder call", ""),
            ("How is Sue reached", inbox.address),
            ("Another way", ""),
            ("At which hours", ""),
            ("Send Sue a test", "y"),
            ("could not be opened", ""),
            ("Which step", ""),
        )
        status, shown = converse(tmp_path, answers, monkeypatch)
    assert status == 0
    assert listens in shown


def test_settings_that_are_no_toml_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path, "language = zh\n")
    answers = [("anban.toml:1", "7"), ("家里的地址", "幸福路12号")]
    _, shown = converse(tmp_path, answers, monkeypatch)
    assert "什么都没有改" in shown
    assert (tmp_path / "anban.toml").read_text() == "language = zh\n"


def test_a_home_that_takes_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("this is no folder")
    _, shown = converse(tmp_path / "home", [("Which language", "1")], monkeypatch)
    assert "写不进去" in shown.replace("\n", "")


def test_a_database_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept before is told, and the error after it."""
    set_up_before(tmp_path)
    (tmp_path / "anban.sqlite").write_bytes(b"no database" * 1_000)
    answers = [("做哪一步", "2"), ("怎么称呼", "王奶奶"), ("电话", "13800138000")]
    with pytest.raises(StoreError):
        converse(tmp_path, answers, monkeypatch)
    assert written(tmp_path)["elder_name"] == "王奶奶"


def test_where_nobody_sits(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "setup"],
        stdin=subprocess.DEVNULL,
        env={"ANBAN_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "anban setup --answers" in done.stdout.replace("\n", " ")
    assert done.stderr == ""
    assert not (tmp_path / "home").exists()


# -------------------------------------------------------------------------- from a file


def test_answers_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / "answers.toml", tmp_path / "home"
    monkeypatch.setenv("ANBAN_HOME", str(home))
    text = (
        'language = "en"\n[times]\nwaking = "6:00"\n'
        '[[contacts]]\nname = "Sue"\nways = ["ntfy://anban-5f1c93e0b7a2"]\n'
        '[[medicines]]\nname = "metformin"\ndose = "1 tablett"\ntimes = "8 am"\n'
    )
    file.write_text(text)
    assert set_up_from(file, is_check=False) == 1
    shown = capsys.readouterr().out
    assert f"{file}:8: " in shown
    assert "1 tablet" in shown
    assert not home.exists()
    file.write_text(text.replace("tablett", "tablet"))
    assert set_up_from(file, is_check=True) == 0
    assert not home.exists()
    for _ in range(2):  # nothing is doubled
        assert set_up_from(file, is_check=False) == 0
        assert "Called for help: Sue" in capsys.readouterr().out
        assert written(home) == {"language": "en"}
        assert [contact.name for contact in people(home)] == ["Sue"]
        assert asyncio.run(titles()) == {"metformin"}


def test_a_file_of_answers_beside_settings_that_are_no_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    set_up_before(tmp_path, "language = zh\n")
    (tmp_path / "answers.toml").write_text('elder_name = "Sue"\n')
    with pytest.raises(SettingsError, match=r"anban.toml:1"):
        set_up_from(tmp_path / "answers.toml", is_check=False)


def test_what_was_kept_before_it_failed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whom to call comes first: it is what an alarm needs."""

    def refuse(*_: object) -> None:
        raise SettingsError("the disk is full")

    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    monkeypatch.setattr("assistant.setup.place.set_values", refuse)
    set_up_before(tmp_path, 'language = "en"\n')
    (tmp_path / "answers.toml").write_text(
        '[emergency]\naddress = "Mill Lane"\n[[contacts]]\nname = "Sue"\nways = ["ntfy://anban-5f1c93e0"]\n'
    )
    with pytest.raises(SettingsError, match="is full"):
        set_up_from(tmp_path / "answers.toml", is_check=False)
    assert [contact.name for contact in people(tmp_path)] == ["Sue"]
    assert "Kept: whom to call." in capsys.readouterr().out


def test_a_code_for_the_camera(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is drawn, two rows a line, is the code that segno made, with its quiet zone."""
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr(sys, "stdin", Keyboard(shown, ()))
    monkeypatch.setenv("COLUMNS", "60")
    text = "https://ntfy.sh/anban-5f1c93e0b7a2aaaa"
    show_code(Front(place(tmp_path)), text)
    light = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    drawn = []
    for line in shown.getvalue().splitlines():
        pairs = [light[character] for character in line]
        drawn += [[not upper for upper, _ in pairs], [not lower for _, lower in pairs]]
    wanted = [
        [bool(dark) for dark in row] for row in segno.make(text, error="l").matrix_iter(border=3)
    ]
    assert drawn[: len(wanted)] == wanted
    assert len(drawn[0]) <= 60


def test_a_radar_that_was_found_and_a_robot_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_before(tmp_path)
    found = {
        "/dev/ttyUSB7": Found("/dev/ttyUSB7", What.RADAR, "mr60fda2"),
        "/dev/ttyUSB8": Found("/dev/ttyUSB8", What.UNKNOWN),
    }
    monkeypatch.setattr(ports, "look", found.__getitem__)
    answers = (
        ("做哪一步", "9"),
        ("雷达，mr60fda2", ""),
        ("没有认出来", "y"),
        ("[/dev/ttyUSB7]", ""),
        ("[mr60fda2]", "ld2451"),
        ("您是不是想写：ld2450", ""),
        ("哪个房间", "卧室"),
        ("[1.8]", "2米"),
        ("[0.0]", "100"),
        ("-45 到 90", "10"),
        ("机器人接在", "/dev/ttyACM0"),
        ("哪个驱动", "create2"),
        ("上网棒", ""),
        ("用哪个摄像头", "摄像头"),
        ("这不是摄像头", "/dev/video2"),
        ("摄像头在哪个房间", "客厅"),
        ("做哪一步", ""),
    )
    status, _ = converse(tmp_path, answers, monkeypatch, plugged=list(found))
    assert status == 0
    made = written(tmp_path)
    assert made["camera"] == {"source": "/dev/video2", "place": "客厅"}
    assert made["radar"] == {
        "port": "/dev/ttyUSB7",
        "protocol": "mr60fda2",
        "place": "卧室",
        "height_metres": 2.0,
        "tilt_degrees": 10.0,
    }
    assert made["robot"] == {"port": "/dev/ttyACM0", "driver": "create2"}
