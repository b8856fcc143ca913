"""anban.toml: what is read, what is refused and how the refusal reads."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.settings import (
    Settings,
    SettingsError,
    example,
    from_json,
    load,
    read,
    settings_file,
    to_json,
)


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "anban.toml") == Settings()


def test_the_example_is_the_defaults_and_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "anban.toml"
    path.write_text(example(), "utf-8")
    assert load(path) == Settings()
    committed = Path(__file__).parents[2] / "anban.example.toml"
    assert committed.read_text("utf-8") == example()


def test_a_child_gets_the_same_settings() -> None:
    assert from_json(to_json(Settings())) == Settings()


@pytest.mark.parametrize(
    ("text", "line", "field", "problem"),
    [
        ('language = "fr"', 1, "language", "must be one of zh, en"),
        ('\n\nlanguage = "fr"', 3, "language", "must be one of"),
        ('[ear]\npause_seconds = "long"', 2, "ear.pause_seconds", "expected a number"),
        ("[ear]\npause_seconds = 99", 2, "ear.pause_seconds", "between 0.3 and 5"),
        ("[ear]\npause_seconds = nan", 2, "ear.pause_seconds", "between 0.3 and 5"),
        ("[ear]\npause_seconds = true", 2, "ear.pause_seconds", "expected a number"),
        ("[ear]\n\npause = 1", 3, "ear.pause", "no such setting"),
        ("langage = 1", 1, "langage", "no such setting"),
        ("ear = 3", 1, "ear", "expected"),
        ("[mouth]\nvolume = 0.5\n[ear]\nvolume = 0.5", 4, "ear.volume", "no such setting"),
    ],
)
def test_a_mistake_is_named_with_line_and_field(
    tmp_path: Path, text: str, line: int, field: str, problem: str
) -> None:
    path = tmp_path / "anban.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: {field}: ")
    assert problem in message


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "anban.toml"
    path.write_text('language = "zh"\n[ear\n', "utf-8")
    with pytest.raises(SettingsError, match=r"anban.toml:2: is no section"):
        load(path)


@given(st.binary(max_size=60))
def test_no_file_raises_anything_but_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("settings") / "anban.toml"
    path.write_bytes(content)
    with contextlib.suppress(SettingsError):
        assert isinstance(load(path), Settings)


GOOD = """\
language = "en"
elder_name = "奶奶"

[ear]
device = "usb"
pause_seconds = 2.0

[emergency]
address = "3 Elm Road"
pendants = { cord = "bathroom", "blue button" = "hall" }

[phone]
account = "sip:anban@home"
"""

LINES = {
    "language": 'language = "en"',
    "ear.device": 'device = "usb"',
    "ear.pause_seconds": "pause_seconds = 2.0",
    "emergency.address": 'address = "3 Elm Road"',
    "emergency.pendants": 'pendants = { cord = "bathroom", "blue button" = "hall" }',
}
"""The line of `GOOD` that sets each."""

MISTAKES = [
    # what, the setting that is lost, what stands in its line instead, what is told
    ("no quotes", "language", "language = en", '"en"'),
    ("no quotes, with a remark", "language", "language = en # us", '"en"'),
    ("two words without quotes", "emergency.address", "address = 3 Elm Road", '"3 Elm Road"'),
    ("a quote missing", "ear.device", 'device = "usb', "TOML"),
    ("curly quotes", "ear.device", "device = “usb”", "quotes"),
    ("no value", "ear.device", "device =", "TOML"),
    ("a decimal comma", "ear.pause_seconds", "pause_seconds = 2,0", ""),
    ("a number in quotes", "ear.pause_seconds", 'pause_seconds = "2"', "expected a number"),
    ("too large", "ear.pause_seconds", "pause_seconds = 99", "between"),
    ("no number", "ear.pause_seconds", "pause_seconds = nan", "between"),
    ("endless", "ear.pause_seconds", "pause_seconds = inf", "between"),
    ("another language", "language", 'language = "fr"', "one of zh, en"),
    ("a list for a text", "emergency.address", 'address = ["3 Elm Road"]', "expected a text"),
    ("an open list", "ear.device", 'device = ["usb",', "TOML"),
    ("an open text of many lines", "ear.device", 'device = """usb', "TOML"),
    ("a control character", "ear.device", 'device = "u\x01sb"', "TOML"),
    ("an unknown setting", "ear.device", 'devise = "usb"', "no such setting"),
    (
        "a bad entry of a table",
        "emergency.pendants",
        'pendants = { cord = 3, "blue button" = "hall" }',
        "expected a text",
    ),
]


@pytest.mark.parametrize(
    ("lost", "instead", "told"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_costs_its_own_value(tmp_path: Path, lost: str, instead: str, told: str) -> None:
    line = LINES[lost]
    path = settings_file(tmp_path)
    path.write_text(GOOD, "utf-8")
    right = to_json(load(path))
    assert GOOD.count(line) == 1
    path.write_text(GOOD.replace(line, instead), "utf-8")
    known = read(path)
    number = GOOD[: GOOD.index(line)].count("\n") + 1
    assert len(known.problems) == 1
    assert known.problems[0].startswith(f"{path}:{number}: ")
    assert told in known.problems[0]
    section, _, name = lost.rpartition(".")
    defaults = to_json(Settings())
    for key, value in right.items():
        if key == section:
            for field, kept in value.items():
                now = to_json(known.settings)[key][field]
                assert now == (kept if field != name else now), field
        elif key == lost:
            assert to_json(known.settings)[key] == defaults[key]
        else:
            assert to_json(known.settings)[key] == value


def test_one_bad_entry_leaves_the_other_entries(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text('[emergency]\npendants = { a = 1, b = "hall" }\n[models.vosk]\nzh = 3\n')
    known = read(path)
    assert known.settings.emergency.pendants == {"b": "hall"}
    assert known.settings.models.vosk == {"zh": ""}
    assert len(known.problems) == 2


def test_wake_phrases_that_cannot_be_used_are_the_default(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text('[ear]\nwake_phrases = { zh = "小安", en = ["hi anban", 5] }\n', "utf-8")
    known = read(path)
    default = Settings().ear.wake_phrases
    assert known.settings.ear.wake_phrases == {"zh": default["zh"], "en": ["hi anban"]}
    assert len(known.problems) == 2


@pytest.mark.parametrize("header", ["[ear", "ear]", "[ear}", "[[ear", "[声音]", "[ear] device"])
def test_a_broken_section_costs_itself_and_not_the_next(tmp_path: Path, header: str) -> None:
    path = settings_file(tmp_path)
    path.write_text(GOOD.replace("[ear]", header), "utf-8")
    known = read(path)
    assert known.settings.language == "en"
    assert known.settings.emergency.address == "3 Elm Road"
    assert known.settings.phone.account == "sip:anban@home"
    assert known.problems
    assert any(":4: " in problem for problem in known.problems)


ENCODED: list[tuple[str, bytes]] = [
    ("a mark of Windows", b"\xef\xbb\xbf" + GOOD.encode()),
    ("line ends of Windows", GOOD.replace("\n", "\r\n").encode()),
]


@pytest.mark.parametrize("raw", [raw for _, raw in ENCODED], ids=[name for name, _ in ENCODED])
def test_how_a_file_is_saved_costs_nothing(tmp_path: Path, raw: bytes) -> None:
    path = settings_file(tmp_path)
    path.write_text(GOOD, "utf-8")
    right = load(path)
    path.write_bytes(raw)
    assert load(path) == right


def test_another_encoding_costs_what_is_written_in_it(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_bytes(f"# 设置\n{GOOD}".encode("gbk"))
    known = read(path)
    assert known.settings.elder_name == ""
    assert known.settings.emergency.address == "3 Elm Road"
    (problem,) = known.problems
    assert ":3: elder_name: " in problem
    assert "UTF-8" in problem


@pytest.mark.parametrize("twice", ['[ear]\ndevice = "b"', "[ear]\npause_seconds = 2.0"])
def test_a_section_written_twice_is_one(tmp_path: Path, twice: str) -> None:
    path = settings_file(tmp_path)
    path.write_text(f'[ear]\ndevice = "a"\n[mouth]\nvolume = 0.5\n{twice}\n')
    known = read(path)
    assert (known.settings.ear.device, known.settings.mouth.volume) == ("a", 0.5)


@pytest.mark.parametrize("stray", ["hello", "language", "= 5", "}", "<html>", "“"])
@pytest.mark.parametrize("line", [1, 3, 6, 8])
def test_a_stray_line_costs_nothing_else(tmp_path: Path, stray: str, line: int) -> None:
    path = settings_file(tmp_path)
    path.write_text(GOOD, "utf-8")
    right = load(path)
    lines = GOOD.splitlines()
    lines.insert(line, stray)
    path.write_text("\n".join(lines), "utf-8")
    known = read(path)
    assert known.settings == right
    assert f":{line + 1}: " in known.problems[0]


NO_SETTINGS = [b"\x00" * 99, b"PK\x03\x04\xff\xfe" * 50, b"[" * 99_999, b"a" * 2_000_000]


@pytest.mark.parametrize("raw", NO_SETTINGS, ids=lambda raw: repr(raw[:6]))
def test_what_is_no_settings_file_means_the_defaults_and_is_told(
    tmp_path: Path, raw: bytes
) -> None:
    path = settings_file(tmp_path)
    path.write_bytes(raw)
    known = read(path)
    assert known.settings == Settings()
    assert known.problems


def test_a_folder_in_its_place_means_the_defaults_and_is_told(tmp_path: Path) -> None:
    settings_file(tmp_path).mkdir()
    known = read(settings_file(tmp_path))
    assert known.settings == Settings()
    assert "cannot be read" in known.problems[0]


@given(st.binary(max_size=200))
def test_any_file_gives_settings(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("settings") / "anban.toml"
    path.write_bytes(content)
    assert isinstance(read(path).settings, Settings)
