"""A third language by data alone: the pack in tests/fixtures/german, and no line of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

import assistant.replies
from assistant.calls.who import resolve
from assistant.commands.doctor import _languages
from assistant.dialogue import SkillFolder, trainable, usable
from assistant.dialogue.sources import collect
from assistant.language import (
    Dose,
    NotInLanguageError,
    Unit,
    normalise,
    parse_dose,
    parse_number,
    rank_matches,
    sound_key,
    understand_schedule,
)
from assistant.language.schedule import Habits
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import VOICES
from assistant.packs import VARIABLE, codes
from assistant.people.contacts import Contact
from assistant.phrases import tokens_of
from assistant.safety import is_told_of, judge, reason_of
from models import ModelMissingError, WrongLanguageError, find
from models.manifest import PACKAGE
from models.pull import pull
from tests.packs import german_home
from tests.packs.conftest import GERMAN, InGerman

ROOT = Path(__file__).parents[2]
REPLIES = Path(assistant.replies.__path__[0])


def test_without_the_pack_there_are_two_languages() -> None:
    assert codes() == ("zh", "en")


def test_it_is_found_in_every_room(in_german: InGerman) -> None:
    assert in_german(codes) == ("zh", "en", "de")
    assert in_german(german_home.languages) == ("zh", "en", "de")
    assert in_german(list, VOICES) == ["zh", "en"], "sent from here"
    assert "de" in in_german(_voices)


def _voices() -> list[str]:
    return list(VOICES)


# --------------------------------------------------------------------------- the safety lane

CRIES = {
    "Hilfe, ich bin gestürzt": "fall",
    "ich bin gestürzt": "fall",
    "hilfe ich bin hingefallen": "fall",
    "ich liege in der Küche auf dem Boden": "fall",
    "ich kann nicht mehr aufstehen": "fall",
    "mein Herz tut so weh": "chest_pain",
    "ich kriege keine Luft": "chest_pain",
    "es brennt": "fire",
    "die Küche brennt": "fire",
    "Hilfe": "other",
    "bitte hilf mir": "other",
    "ruf einen Krankenwagen": "other",
    "救命": "other",
}
BADLY_HEARD = [
    "hilfe ich bin gestirzt",
    "hilfe ich bin gestürtzt",
    "hilfe ich bin gesturzt",
    "ich bin ausgerutst hilfe",
]
NO_CRIES = [
    "die Rose ist schön",
    "ich will die Zeitung",
    "die Sonne brennt heute",
    "ich bin nicht gestürzt",
    "im Fernsehen rief jemand Hilfe",
    "wie spät ist es",
    "was gibt es Neues",
    "der Mann war in der Not nicht allein",
]


@pytest.mark.parametrize(("text", "reason"), CRIES.items())
def test_cries(in_german: InGerman, text: str, reason: str) -> None:
    judgement = in_german(judge, text, is_final=True, lang="de")
    assert judgement.cry is not None
    assert judgement.cry.reason == reason


@pytest.mark.parametrize("text", BADLY_HEARD)
def test_a_sound_that_was_heard_almost_right_is_asked_about(in_german: InGerman, text: str) -> None:
    judgement = in_german(judge, text, is_final=True, lang="de")
    assert judgement.cry or judgement.doubt


@pytest.mark.parametrize("text", NO_CRIES)
def test_no_cries(in_german: InGerman, text: str) -> None:
    judgement = in_german(judge, text, is_final=True, lang="de")
    assert judgement.cry is None
    assert judgement.doubt is None


def test_umlauts_are_kept(in_german: InGerman) -> None:
    tokens = in_german(tokens_of, "Ich bin gestu\u0308rzt, groß!", "de")
    assert [token.written for token in tokens] == ["ich", "bin", "gestürzt", "groß"]
    assert all(token.is_word for token in tokens)


@pytest.mark.parametrize(
    ("text", "reflex"),
    [("Hör auf!", "stop"), ("hör auf", "stop"), ("Stopp", "stop"), ("nochmal", "repeat")],
)
def test_reflexes(in_german: InGerman, text: str, reflex: str) -> None:
    assert in_german(judge, text, is_final=True, lang="de").reflex == reflex


def test_answers(in_german: InGerman) -> None:
    assert in_german(judge, "mir geht es gut", is_final=True, lang="de").fine
    assert in_german(reason_of, "ich bin im Bad ausgerutscht, Hilfe", "de") == "fall"
    assert in_german(is_told_of, "wenn ich Hilfe brauche, was soll ich sagen", "de")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_other_languages_hear_as_before(in_german: InGerman, lang: str) -> None:
    """What is German says nothing in a home of another language, and the other way round."""
    for text in (
        "help me, i have fallen",
        "my 胸口 hurts",
        "救命，我摔倒了",
        "the house is on fire",
    ):
        assert in_german(judge, text, is_final=True, lang=lang) == judge(text, is_final=True)
    for text in ("Hilfe, ich bin gestürzt", "hör auf", "die"):
        assert in_german(judge, text, is_final=True, lang=lang) == judge(text, is_final=True)
    assert not in_german(judge, "i am going to die", is_final=True, lang="de").cry


# -------------------------------------------------------------------------------- a whole home


def test_a_cry_is_heard_and_answered_in_german(in_german: InGerman) -> None:
    told = in_german(german_home.heard, "Hilfe, ich bin gestürzt")
    assert told.cries == ("fall",)
    assert "bitte wählen Sie 112" in told.said[0]


def test_a_cry_is_typed_and_answered_in_german(in_german: InGerman) -> None:
    told = in_german(german_home.typed, "Hilfe, ich bin gestürzt")
    assert told.cries == ("fall",)
    assert "bitte wählen Sie 112" in told.said[0]


@pytest.mark.parametrize("way", ["heard", "typed"])
def test_a_badly_heard_cry_is_asked_about_in_german(in_german: InGerman, way: str) -> None:
    told = in_german(getattr(german_home, way), "hilfe ich bin gestirzt")
    assert told.cries == ()
    assert told.said[0].startswith("Brauchen Sie Hilfe?") or "auf Englisch" in told.said[0]


def test_stop_is_answered_in_german(in_german: InGerman) -> None:
    assert in_german(german_home.typed, "hör auf").said[0] in {"In Ordnung.", "Gut, ich höre auf."}


def test_stop_is_heard_in_german(in_german: InGerman) -> None:
    assert in_german(german_home.stops_at, "hör auf")
    assert not in_german(german_home.stops_at, "wie spät ist es")


def test_what_nobody_wrote_for_german_is_said_honestly(in_german: InGerman) -> None:
    """No dialogue runs: the core says so in German."""
    told = in_german(german_home.typed, "wie wird das Wetter morgen")
    assert told.said[0].startswith("Ich bin gerade erst wach und brauche einen Moment.")


# ------------------------------------------------------------------------------------- replies


def test_a_reply_that_german_lacks_comes_with_an_honest_word(in_german: InGerman) -> None:
    said = in_german(german_home.rendered, REPLIES, "call_busy", name="Heike")
    assert said.startswith("Das kann ich auf Deutsch noch nicht sagen, darum auf Englisch: Heike")
    assert in_german(german_home.rendered, REPLIES, "wake_answer").startswith("Ja")


@pytest.mark.parametrize(
    "folder",
    [
        file.parents[1]
        for file in sorted(ROOT.glob("*/**/en/replies.yml"))
        if not {"tests", ".venv"} & set(file.relative_to(ROOT).parts)
    ],
    ids=lambda folder: folder.relative_to(ROOT).as_posix(),
)
def test_every_reply_of_ours_can_be_said_in_german(in_german: InGerman, folder: Path) -> None:
    keys = yaml.safe_load((folder / "en" / "replies.yml").read_text("utf-8"))
    slots = ("{" + part for each in keys.values() for part in str(each).split("{")[1:])
    named = {slot[1:].split("}")[0]: "X" for slot in slots}
    for key in keys:
        assert in_german(german_home.rendered, folder, key, **named)


def test_a_reply_that_no_other_language_has_is_refused(tmp_path: Path, in_german: InGerman) -> None:
    for lang, text in (("zh", "a: 好"), ("en", "a: Good"), ("de", "b: Gut")):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "replies.yml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"de/replies.yml: b: no other language"):
        in_german(german_home.rendered, tmp_path, "a")


# ------------------------------------------------------------------- numbers, times, the voice


@pytest.mark.parametrize(
    ("what", "given", "said"),
    [
        ("time_of_day", (time(8, 30),), "acht Uhr dreißig"),
        ("time_of_day", (time(8),), "acht Uhr"),
        ("relative_day", (date(2026, 12, 1), date(2026, 11, 30)), "morgen"),
        ("relative_day", (date(2026, 12, 4), date(2026, 11, 30)), "am Freitag"),
        ("relative_day", (date(2026, 12, 24), date(2026, 11, 30)), "am 24. Dezember"),
        ("weekday", (date(2026, 11, 30),), "Montag"),
        ("full_date", (date(2026, 11, 30),), "30. November 2026"),
        ("duration", (timedelta(days=2, hours=1),), "zwei Tage und eine Stunde"),
        ("number", ("21",), "einundzwanzig"),
        ("listing", (["Äpfel", "Birnen", "Brot"],), "Äpfel, Birnen und Brot"),
        ("dose", (Dose(Fraction(2), Unit.TABLET, None, 0, 1),), "zwei Tabletten"),
        ("dose", (Dose(Fraction(1), Unit.TABLET, None, 0, 1),), "eine Tablette"),
    ],
)
def test_times_and_numbers_are_said(
    in_german: InGerman, what: str, given: tuple[object, ...], said: str
) -> None:
    assert in_german(german_home.spoken, what, *given) == said


def test_numbers_and_doses_are_read(in_german: InGerman) -> None:
    number = in_german(parse_number, "ich bin einundachtzig", "de")
    assert (number.value, number.start) == (81, 8)
    dose = in_german(parse_dose, "ich nehme zwei Tabletten", "de")
    assert (dose.amount, dose.unit) == (2, Unit.TABLET)
    assert in_german(parse_dose, "guten Morgen", "de") is None


def test_text_is_written_for_the_voice(in_german: InGerman) -> None:
    said = in_german(normalise, "Um 8:30 nehmen Sie 5 mg.", "de")
    assert said == "Um acht Uhr dreißig nehmen Sie fünf Milligramm."


def test_a_dose_in_a_unit_that_nobody_named_is_refused_by_name(in_german: InGerman) -> None:
    with pytest.raises(NotInLanguageError, match=r"Deutsch: doses.puff is absent.*language.toml"):
        in_german(german_home.spoken, "dose", Dose(Fraction(1), Unit.PUFF, None, 0, 1))


def test_a_sentence_about_a_time_is_not_read_and_it_is_said(in_german: InGerman) -> None:
    with pytest.raises(NotInLanguageError, match="Deutsch: times in a sentence are not read yet"):
        in_german(
            understand_schedule,
            *("morgen um acht", "de", datetime.fromisoformat("2026-11-30T09:00+01:00"), Habits()),
        )


def test_names_are_found_by_their_sound(in_german: InGerman) -> None:
    names = ["Herr Müller", "Frau Schmidt", "Heike"]
    assert in_german(rank_matches, "Schmitt", names, lang="de")[0].name == "Frau Schmidt"
    assert in_german(sound_key, "Müller", "de") == in_german(sound_key, "Miller", "de")


async def test_the_voice_speaks(in_german: InGerman) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    assert in_german(_seconds_of, "Grüß Gott, ich bin da.") > 0.5


def _seconds_of(text: str) -> float:
    import asyncio

    async def speak() -> float:
        synthesizer = Synthesizer()
        try:
            return len(await synthesizer.synthesize(text, "de", 160)) / 22_050
        finally:
            await synthesizer.close()

    return asyncio.run(speak())


# ---------------------------------------------------------------------------------- the models


def german_model(target: Path, words: list[str]) -> Path:
    """A model that loads (our tiny one), which knows German words."""
    shutil.copytree(PACKAGE / "vosk-tiny-en", target)
    (target / "SHA256SUMS").unlink()
    lines = [f"{word} {at}" for at, word in enumerate(["<eps>", "[unk]", *words])]
    (target / "graph/words.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return target


GERMAN_WORDS = [
    "und",
    "die",
    "der",
    "ich",
    "nicht",
    "ist",
    "das",
    "ein",
    "mit",
    "auf",
    "gestürzt",
    "hilfe",
    "was",
]


def test_a_german_model_is_pulled_and_found(in_german: InGerman, tmp_path: Path) -> None:
    source = german_model(tmp_path / "vosk-model-small-de-0.15", GERMAN_WORDS)
    pulled = in_german(pull, "de", tmp_path / "models", _no_progress, str(source))
    assert (pulled.name, pulled.language) == (source.name, "de")
    assert in_german(find, "de", tmp_path / "models").path == pulled.path
    assert in_german(find, "en", tmp_path / "models").kind == "tiny", "it is no English one"


def _no_progress(here: int, total: int | None) -> None:
    del here, total


def test_an_english_or_chinese_model_is_no_german_one(in_german: InGerman, tmp_path: Path) -> None:
    for lang in ("en", "zh"):
        source = str(PACKAGE / f"vosk-tiny-{lang}")
        with pytest.raises(WrongLanguageError, match=f"is a model for {lang}, not for de"):
            in_german(pull, "de", tmp_path / "models", _no_progress, source)
    source = str(german_model(tmp_path / "german", GERMAN_WORDS))
    with pytest.raises(WrongLanguageError, match="is a model for de, not for en"):
        in_german(pull, "en", tmp_path / "models", _no_progress, source)


def test_a_model_whose_few_words_tell_nothing_is_not_refused(
    in_german: InGerman, tmp_path: Path
) -> None:
    own = german_model(tmp_path / "own", ["anban", "hilfe"])
    for lang in ("de", "en"):
        assert in_german(find, lang, tmp_path / "none", own).language == lang


def test_without_a_model_it_is_said_what_to_do(in_german: InGerman, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="anban models pull de --from"):
        in_german(find, "de", tmp_path / "none")


# ---------------------------------------------------------------------------------- the dialogue


def test_what_is_said_to_skills_may_lack_german(in_german: InGerman) -> None:
    skills = (SkillFolder("general", ROOT / "skills/general"),)
    assert in_german(usable, skills) == (skills, ())
    assert in_german(trainable) == ("zh", "en", "de")
    sources = in_german(collect, skills, "de", 0.5)
    assert "wie spät ist es" in sources.files["data/nlu.yml"]
    assert "几点" not in sources.files["data/nlu.yml"]


def test_the_doctor_names_it(in_german: InGerman) -> None:
    assert [result.detail for result in in_german(_findings)] == ["in part: de"]
    assert list(_languages()) == []


def test_a_pack_with_mistakes_costs_itself(tmp_path: Path) -> None:
    """Of a broken file its language's part is gone, of a broken language.toml the language."""
    pack = tmp_path / "german"
    shutil.copytree(GERMAN, pack)
    cries = pack / "assistant/safety/de.toml"
    cries.write_text(
        cries.read_text("utf-8") + '[[frames]]\npatterns = ["{nothing} ~ a"]\n', "utf-8"
    )
    (pack / "assistant/phrases/de.toml").write_text("[reflex\n", "utf-8")
    (pack / "assistant/language/fr").mkdir()
    (pack / "assistant/language/fr/language.toml").write_text('name = "Français"\n', "utf-8")
    script = (
        "from assistant import packs, safety; print(packs.codes());"
        "print(safety.judge('Hilfe, ich bin gestürzt', is_final=True, lang='de').cry.reason);"
        "print(*packs.problems(), sep='\\n')"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, VARIABLE: f"{pack}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.splitlines()
    assert told[:2] == ["('zh', 'en', 'de')", "fall"]
    left_out = [f"{pack}/assistant/language/fr/language.toml: ", f"{tmp_path}: is no pack"]
    left_out += [f"{pack}/assistant/phrases/de.toml: ", f"{pack}/assistant/safety/de.toml: "]
    assert len(told[2:]) == len(left_out)
    for line, beginning in zip(sorted(told[2:]), sorted(left_out), strict=True):
        assert line.startswith(beginning)


def _findings() -> list[object]:
    return list(_languages())


def test_every_file_of_the_pack_is_told_of_in_the_docs() -> None:
    page = (ROOT / "docs/languages.md").read_text("utf-8")
    for file in GERMAN.rglob("*"):
        if file.is_file() and file.name != "README.md":
            name = file.relative_to(GERMAN).as_posix().replace("/de", "/<lang>")
            assert name in page, name


@pytest.mark.parametrize(
    ("said", "meant"),
    [("mein Mädchen", ["Jördis"]), ("Jördis", ["Jördis"]), ("meinen Hausarzt", ["Dr. Groß"])],
)
def test_people_are_found_by_what_they_are_called(
    in_german: InGerman, said: str, meant: list[str]
) -> None:
    people = (
        Contact("c1", "Jördis", ("Tochter",), ("tel:1",)),
        Contact("c2", "Dr. Groß", ("Arzt",), ("tel:2",)),
    )
    assert [each.contact.name for each in in_german(resolve, said, people)] == meant
