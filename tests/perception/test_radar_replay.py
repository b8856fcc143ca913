"""`anban replay`: sentences in the home's language, the picture, and what can be wrong."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import get_args

import matplotlib as mpl
import pytest
import typer
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph
from matplotlib import font_manager
from radar_bytes import STREAMS
from typer.testing import CliRunner, Result

from assistant.commands import replay as command
from assistant.commands.replay_picture import drawable, font_with
from assistant.commands.replay_words import ReplayWords, clock_of, short_of
from assistant.packs import whole
from perception import events as told
from perception.activity_features import LABELS as EXERCISES
from perception.body import POSTURES
from perception.events import Event, TroubleKind
from perception.radar.room import ZoneKind
from perception.train import vital_bytes
from perception.vitals import VitalsModel
from tests.perception.fall_recording import HEIGHT, fall_packets, record

Replay = Callable[..., Result]

EVENTS: list[Event] = [
    *(told.PersonPresent(1.0, count) for count in range(4)),
    told.FallDetected(5.0, 2, 0.923, 1.3, 1.0, 2.44, -3.01, ("points",), 1.62, 0.3, 0.7, 1.1),
    told.FallDetected(5.0, 0, 0.5, 0.0, 0.0, 0.0, 0.0, ("module",)),
    told.Stumbled(8.0, 2, 0.8, 1.5, 0.4, 1.6, 1.0, 2.0),
    told.LyingOnFloor(30.0, 2, 20.4, -1.0, 2.0),
    told.Rose(40.0, 2),
    told.BedLeft(50.0, 1, 31_000.0),
    told.BathroomLong(60.0, 1, 1_800.0),
    told.NoMotion(70.0, 7_200.0),
    *(told.ActivityChanged(80.0, 1, name) for name in (*POSTURES, *EXERCISES)),
    told.GaitSpeed(90.0, 1, 0.66, 4.5),
    told.VitalSigns(100.0, 14.6, None),
    told.VitalSigns(100.0, 14.6, 61.2),
    *(told.SensorTroubled(110.0, "gone", kind, "ld2450") for kind in TroubleKind),
    told.SensorRecovered(120.0),
    told.MountingFound(130.0, 2.1, 1.8),
    *(told.MountingDoubted(130.0, why) for why in told.Unsure),
    told.Rested(140.0, 27_000.0, 0.5, 0.4, 1.6, 2.0, 4.0),
]


def test_the_table_has_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))


@pytest.mark.parametrize("lang", whole())
@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_every_event_is_a_sentence_and_a_label(event: Event, lang: str) -> None:
    words = ReplayWords.of(lang)
    assert re.search(r"[.。]$|gone$", words.sentence(event, "xwr68xx"))
    assert words.label(short_of(event))


@pytest.mark.parametrize("lang", whole())
def test_every_zone_has_a_label(lang: str) -> None:
    assert len({ReplayWords.of(lang).label(f"zone_{kind}") for kind in ZoneKind}) == len(ZoneKind)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            "Person 2 fell, 3.0 m behind and 2.4 m to the right of the radar: from 1.6 m to 0.3 m "
            "in 0.7 s, still low after 1.1 s, no bed or sofa drawn there (sure to 92 %).",
        ),
        (
            "zh",
            "2 号跌倒了，在雷达后方 3.0 米、偏右 2.4 米处：0.7 秒内从 1.6 米降到 0.3 米，"
            "1.1 秒后仍然在低处，那里没有画出的床或沙发（把握 92%）。",
        ),
    ],
)
def test_a_fall_is_told_with_its_place_and_its_evidence(lang: str, said: str) -> None:
    assert ReplayWords.of(lang).sentence(EVENTS[4], "xwr68xx") == said


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.9, "00:00"), (61, "01:01"), (3_661, "1:01:01"), (1e13, "2777777777")],
)
def test_times_are_written_as_a_clock_shows_them(seconds: float, written: str) -> None:
    assert clock_of(seconds).startswith(written)


# ------------------------------------------------------------------------------- the command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: without settings it speaks the default language."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ANBAN_HOME", str(folder))
    return folder


@pytest.fixture
def replay(home: Path) -> Replay:
    app = typer.Typer()
    app.command()(command.replay)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def fall(tmp_path: Path) -> Path:
    path = tmp_path / "fall.radar"
    record(path, fall_packets())
    return path


def test_each_event_is_one_json_object(fall: Path, replay: Replay) -> None:
    result = replay(fall, "--height", HEIGHT, "--json")
    assert result.exit_code == 0
    assert "FallDetected" in [json.loads(line)["type"] for line in result.stdout.splitlines()]


def test_each_event_is_a_sentence_in_the_language_of_the_home(
    fall: Path, replay: Replay, home: Path
) -> None:
    (home / "anban.toml").write_text('language = "en"\n', "utf-8")
    result = replay(fall, "--height", HEIGHT)
    assert result.exit_code == 0
    assert re.search(
        r"^00:0\d  Person 1 fell, 3\.\d m ahead and 2\.\d m to", result.stdout, re.MULTILINE
    )
    assert "60 frames" in result.stderr
    assert "1 号跌倒了" in replay(fall, "--height", HEIGHT, "--lang", "zh").stdout


def test_an_unknown_language_is_refused(fall: Path, replay: Replay) -> None:
    result = replay(fall, "--lang", "xx")
    assert result.exit_code == 2
    assert "not spoken here" in result.stderr


@pytest.mark.parametrize("seconds", ["0", "-1"])
def test_time_between_frames_must_pass(tmp_path: Path, replay: Replay, seconds: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(STREAMS["ld2450"])
    result = replay(path, "--protocol", "ld2450", "--frame-seconds", seconds)
    assert result.exit_code == 2
    assert "frame-seconds" in result.stderr


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"junk", [], ("--protocol", "--protocol")),
        (b"", [], ("--protocol", "--protocol")),
        (b"junk", ["--protocol", "sonar"], ("is not known", "不认识")),
        (b"junk", ["--protocol", "ld2450"], ("holds no frame", "没有一帧")),
        (b"", ["--protocol", "ld2450"], ("holds no frame", "没有一帧")),
        (b'{"anban_radar": 1,\n', [], ("its first line", "第一行")),
        (b'{"anban_radar": 9}\n', [], ("another version", "别的版本")),
        (
            STREAMS["xwr68xx"],
            ["--protocol", "xwr68xx", "--height", "-1"],
            ("cannot hang", "不可能离地"),
        ),
        (STREAMS["xwr68xx"], ["--protocol", "xwr68xx", "--home"], ("no radar yet", "没有设置雷达")),
    ],
)
@pytest.mark.parametrize(("lang", "which"), [("en", 0), ("zh", 1)])
def test_what_is_wrong_is_said(
    tmp_path: Path,
    replay: Replay,
    content: bytes,
    options: list[str],
    says: tuple[str, str],
    lang: str,
    which: int,
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    result = replay(path, *options, "--lang", lang)
    assert result.exit_code == 1
    assert says[which] in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [("none", "There is no file"), (".", "is no file that"), ("/dev/zero", "is no file that"),
     ("n" * 300, "its name is too long")],
)  # fmt: skip
def test_what_cannot_be_opened_is_said(
    tmp_path: Path, replay: Replay, name: str, says: str
) -> None:
    result = replay(tmp_path / name, "--protocol", "ld2450", "--lang", "en")
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_file_beyond_all_bounds_is_not_begun(fall: Path, replay: Replay) -> None:
    with fall.open("ab") as file:
        file.truncate(9_000_000_000)  # sparse: it takes no room on the disk
    result = replay(fall, "--lang", "en")
    assert result.exit_code == 1
    assert "9.0 GB" in result.stderr


@pytest.mark.parametrize("lost", [1, 7])
def test_a_recording_that_breaks_off_is_played_and_told(
    fall: Path, replay: Replay, lost: int
) -> None:
    fall.write_bytes(fall.read_bytes()[:-lost])
    result = replay(fall, "--height", HEIGHT, "--lang", "en", "--plot", fall.parent / "a.png")
    assert result.exit_code == 1
    assert "Person 1 fell" in result.stdout
    assert "breaks off in the middle" in result.stderr
    assert (fall.parent / "a.png").exists()


def test_a_recording_damaged_in_the_middle_is_played_so_far(fall: Path, replay: Replay) -> None:
    with fall.open("ab") as file:
        file.write(b"\0" * 8 + b"\xff" * 4)
    result = replay(fall, "--height", HEIGHT, "--lang", "en")
    assert result.exit_code == 1
    assert "Person 1 fell" in result.stdout
    assert "damaged in the middle" in result.stderr


def test_the_breath_model_is_missing(
    tmp_path: Path, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = partial(VitalsModel, tmp_path / "none.onnx")
    monkeypatch.setattr("perception.vitals.VitalsModel", missing)
    path = tmp_path / "bed.radar"
    monkeypatch.setattr("sys.argv", ["vital_bytes", "supine", "3", str(path)])
    vital_bytes.main()
    result = replay(path)
    assert result.exit_code == 1
    assert "none.onnx cannot be opened" in result.stderr


# ------------------------------------------------------------------------------- the picture


def make_font(path: Path, letters: str) -> Path:
    """A font with these characters, all of them blank."""
    names = {ord(letter): f"u{ord(letter):04x}" for letter in sorted(set(letters))}
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, Glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Anban Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fonts of the machine: none at first, beside the one that matplotlib brings."""
    installed: list[str] = []
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: installed)
    return installed


def texts_of(svg: Path) -> str:
    return re.sub(r"<[^>]+>", " ", svg.read_text("utf-8"))


@pytest.fixture(autouse=True)
def _readable_svg() -> Iterator[None]:
    """Letters stay letters, so that they can be looked for."""
    with mpl.rc_context({"svg.fonttype": "none"}):
        yield


def test_a_picture_shows_floor_people_zones_and_events(
    fall: Path, replay: Replay, home: Path
) -> None:
    (home / "anban.toml").write_text(
        f"""language = "en"
[radar]
port = "/dev/null"
protocol = "xwr68xx"
height_metres = {HEIGHT}
zones = {{ mine = "bed -3 -1 1 2", "门" = "door -1 0 4 5" }}
""",
        "utf-8",
    )
    picture = fall.parent / "a.svg"
    result = replay(fall, "--home", "--plot", picture)
    assert (result.exit_code, "Person 1 fell" in result.stdout) == (0, True)
    assert str(picture) in result.stderr
    drawn = texts_of(picture)
    for text in ("fall.radar", "Floor plan", "Heights", "bed", "door", "radar", "person 1"):
        assert text in drawn
    assert re.search(r"fall 00:0\d", drawn)
    assert "No font" not in result.stderr


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("PDF", b"%PDF")])
def test_pictures_of_other_kinds(fall: Path, replay: Replay, ending: str, begins: bytes) -> None:
    picture = fall.parent / f"a.{ending}"
    picture.write_bytes(b"an older one")
    assert replay(fall, "--height", HEIGHT, "--lang", "en", "--plot", picture).exit_code == 0
    assert picture.read_bytes().startswith(begins)


def test_without_a_font_for_it_a_picture_is_labelled_in_another_language_which_is_said(
    fall: Path, replay: Replay, fonts: list[str]
) -> None:
    picture = fall.parent / "a.svg"
    result = replay(fall, "--height", HEIGHT, "--lang", "zh", "--plot", picture)
    assert result.exit_code == 0
    assert "1 号跌倒了" in result.stdout
    assert "fonts-wqy-microhei" in result.stderr
    assert "English" in result.stderr
    assert "Floor plan" in texts_of(picture)
    assert "平面图" not in texts_of(picture)


def test_a_font_that_was_installed_a_moment_ago_is_used(
    fall: Path, replay: Replay, fonts: list[str]
) -> None:
    fonts.append(str(fall.parent / "broken.ttf"))
    (fall.parent / "broken.ttf").write_bytes(b"no font")
    letters = ReplayWords.of("zh").letters + "fal.rd "
    fonts.append(str(make_font(fall.parent / "new.ttf", letters)))
    picture = fall.parent / "a.svg"
    result = replay(fall, "--height", HEIGHT, "--lang", "zh", "--plot", picture)
    assert result.exit_code == 0
    assert "fonts-wqy-microhei" not in result.stderr
    drawn = texts_of(picture)
    assert "平面图" in drawn
    assert re.search(r"跌倒 00:0\d", drawn)


def test_a_font_must_have_every_character(tmp_path: Path, fonts: list[str]) -> None:
    fonts.append(str(make_font(tmp_path / "half.ttf", "跌倒")))
    assert font_with("跌倒") == tmp_path / "half.ttf"
    assert font_with("跌倒了") is None


def test_a_files_name_is_drawn_as_far_as_the_font_goes(tmp_path: Path) -> None:
    assert drawable("a跌b\udcff", make_font(tmp_path / "latin.ttf", "ab?")) == "a?b?"


@pytest.mark.parametrize("name", ["$x$ 50%.radar", "a\\b{.radar", os.fsdecode(b"\xff.radar")])
def test_names_that_could_be_formulas_or_are_no_text(fall: Path, replay: Replay, name: str) -> None:
    path = fall.rename(fall.with_name(name))
    result = replay(path, "--height", HEIGHT, "--lang", "en", "--plot", fall.parent / "a.svg")
    assert result.exit_code == 0
    assert "Radar recording" in texts_of(fall.parent / "a.svg")


def test_a_radar_that_sees_no_heights_says_so_in_the_picture(
    tmp_path: Path, replay: Replay
) -> None:
    report = b"\xaa\xff\x03\x00" + bytes.fromhex("0e03b186100040010000000000000000") + bytes(8)
    path = tmp_path / "flat.bin"
    path.write_bytes((report + b"\x55\xcc") * 100)
    picture = tmp_path / "a.svg"
    result = replay(path, "--protocol", "ld2450", "--lang", "en", "--plot", picture)
    assert result.exit_code == 0, result.stderr
    assert "This radar sees no heights" in texts_of(picture)


def test_where_nobody_was_followed_nothing_is_drawn(tmp_path: Path, replay: Replay) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(STREAMS["ld2410"])
    result = replay(path, "--protocol", "ld2410", "--lang", "en", "--plot", tmp_path / "a.png")
    assert result.exit_code == 1
    assert "nothing to draw" in result.stderr
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        ("none/a.png", "there is no such folder"),
        ("fall.radar/a.png", "a part of its path is no folder"),
        ("a.jpg", "must end in .png"),
        ("a", "must end in .png"),
        ("home.png", "it is a folder"),
    ],
)
def test_a_picture_that_cannot_be_written_is_told_before_anything_is_played(
    fall: Path, replay: Replay, picture: str, says: str
) -> None:
    (fall.parent / "home.png").mkdir()
    result = replay(fall, "--lang", "en", "--plot", fall.parent / picture)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr


def test_a_picture_never_takes_the_place_of_its_recording(fall: Path, replay: Replay) -> None:
    path = fall.rename(fall.with_name("fall.png"))
    before = path.read_bytes()
    result = replay(path, "--lang", "en", "--plot", path)
    assert result.exit_code == 1
    assert path.read_bytes() == before


def test_a_look_whether_it_can_be_written_leaves_no_file(tmp_path: Path, replay: Replay) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"junk")
    replay(path, "--protocol", "ld2450", "--plot", tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_what_to_install_is_said(
    fall: Path, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    result = replay(fall, "--lang", "en", "--plot", fall.parent / "a.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "make plot" in result.stderr
    assert replay(fall, "--lang", "en").exit_code == 0
