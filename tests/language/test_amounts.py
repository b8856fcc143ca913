"""Numbers and doses understood from speech."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language import (
    LANGUAGES,
    Dose,
    ImpossibleAmountError,
    Unit,
    parse_dose,
    parse_number,
)

DOSES = {
    "zh": {
        "一片半": "3/2 tablet",
        "半片": "1/2 tablet",
        "两片": "2 tablet",
        "吃一片阿司匹林": "1 tablet",
        "每次两片半": "5/2 tablet",
        "四分之一片": "1/4 tablet",
        "一又二分之一片": "3/2 tablet",
        "24片": "24 tablet",
        "一两片": "1-2 tablet",
        "两三片": "2-3 tablet",
        "一到两片": "1-2 tablet",
        "1-2片": "1-2 tablet",
        "两粒": "2 pill",
        "两粒胶囊": "2 capsule",
        "三颗": "3 pill",
        "六丸": "6 pill",
        "一袋": "1 sachet",
        "三滴": "3 drop",
        "一勺半": "3/2 spoon",
        "两喷": "2 puff",
        "5mg": "5 mg",
        "5 MG": "5 mg",
        "0.5mg": "1/2 mg",
        "零点五毫克": "1/2 mg",
        "二百五十毫克": "250 mg",
        "五十微克": "50 mcg",
        "十毫升": "10 ml",
        "三点五毫升": "7/2 ml",
        "一克": "1 g",
        "十个单位": "10 unit",
        "10U": "10 unit",
        "苹果": None,
        "十五": None,
        "我有两个儿子": None,
        "": None,
    },
    "en": {
        "two tablets": "2 tablet",
        "a tablet": "1 tablet",
        "half a tablet": "1/2 tablet",
        "one and a half tablets": "3/2 tablet",
        "one tablet and a half": "3/2 tablet",
        "1 1/2 tablets": "3/2 tablet",
        "a quarter of a tablet": "1/4 tablet",
        "24 tablets": "24 tablet",
        "a couple of tablets": "2 tablet",
        "one or two tablets": "1-2 tablet",
        "1-2 tablets": "1-2 tablet",
        "take two tablets of metformin after supper": "2 tablet",
        "two capsules": "2 capsule",
        "three pills": "3 pill",
        "a sachet": "1 sachet",
        "three drops": "3 drop",
        "a teaspoon": "1 spoon",
        "two puffs": "2 puff",
        "one patch": "1 patch",
        "two patches": "2 patch",
        "5 mg": "5 mg",
        "5mg": "5 mg",
        "0.5 mg": "1/2 mg",
        "two point five milligrams": "5/2 mg",
        "two hundred and fifty milligrams": "250 mg",
        "fifty micrograms": "50 mcg",
        "ten milliliters": "10 ml",
        "ten millilitres": "10 ml",
        "a gram": "1 g",
        "ten units": "10 unit",
        "an apple": None,
        "fifteen": None,
        "two sons": None,
        "": None,
    },
}
NUMBERS = {
    "zh": {
        "十二": "12",
        "一百零五": "105",
        "二百五": "250",
        "两万三千": "23000",
        "一亿": "100000000",
        "二〇二六": "2026",
        "我今年八十五岁": "85",
        "三点五": "7/2",
        "36.5": "73/2",
        "半": "1/2",
        "一个半": "3/2",
        "四分之三": "3/4",
        "一又四分之一": "5/4",
        "百分之五十": "1/2",
        "负三": "-3",
        "-3": "-3",
        "没有": None,
    },
    "en": {
        "twelve": "12",
        "twenty-one": "21",
        "a hundred and five": "105",
        "two thousand three hundred": "2300",
        "one thousand and one": "1001",
        "five hundred thousand": "500000",
        "two million": "2000000",
        "1,234": "1234",
        "I am eighty five years old": "85",
        "two point five": "5/2",
        "point five": "1/2",
        "36.5": "73/2",
        "half": "1/2",
        "one and a half": "3/2",
        "three quarters": "3/4",
        "a dozen": "12",
        "half a dozen": "6",
        "a couple": "2",
        "minus three": "-3",
        "-3": "-3",
        "none": None,
        "someone": None,
    },
}


def told(dose: Dose | None) -> str | None:
    if dose is None:
        return None
    return f"{dose.amount}{f'-{dose.most}' if dose.most else ''} {dose.unit}"


@pytest.mark.parametrize(
    ("lang", "said", "dose"),
    [(lang, said, dose) for lang, table in DOSES.items() for said, dose in table.items()],
)
def test_dose(lang: str, said: str, dose: str | None) -> None:
    assert told(parse_dose(said, lang)) == dose


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        *(("zh", said) for said in ("-3片", "负三片", "零片", "0片", "三到一片")),
        *(("en", said) for said in ("minus three tablets", "-3 tablets", "zero tablets", "0 mg")),
    ],
)
def test_impossible_dose(lang: str, said: str) -> None:
    with pytest.raises(ImpossibleAmountError):
        parse_dose(said, lang)


@pytest.mark.parametrize(
    ("lang", "said", "number"),
    [(lang, said, number) for lang, table in NUMBERS.items() for said, number in table.items()],
)
def test_number(lang: str, said: str, number: str | None) -> None:
    found = parse_number(said, lang)
    assert (str(found.value) if found else None) == number


@pytest.mark.parametrize(
    ("amount", "most", "unit", "zh", "en"),
    [
        ("3/2", None, Unit.TABLET, "一片半", "one and a half tablets"),
        ("1/2", None, Unit.TABLET, "半片", "half a tablet"),
        ("1/4", None, Unit.TABLET, "四分之一片", "a quarter of a tablet"),
        ("3/4", None, Unit.TABLET, "四分之三片", "three quarters of a tablet"),
        ("5/4", None, Unit.TABLET, "一又四分之一片", "one and a quarter tablets"),
        ("1", None, Unit.PATCH, "一贴", "one patch"),
        ("2", None, Unit.PATCH, "两贴", "two patches"),
        ("1", "2", Unit.CAPSULE, "一到两粒胶囊", "one to two capsules"),
        ("3/2", None, Unit.CAPSULE, "一粒半胶囊", "one and a half capsules"),
        ("1", "2", Unit.PILL, "一到两颗", "one to two pills"),
        ("5/2", None, Unit.MILLIGRAM, "二点五毫克", "two and a half milligrams"),
        ("250", None, Unit.MILLIGRAM, "两百五十毫克", "two hundred and fifty milligrams"),
        ("10", None, Unit.INTERNATIONAL_UNIT, "十个单位", "ten units"),
    ],
)
def test_dose_is_said_and_understood_again(
    amount: str, most: str | None, unit: Unit, zh: str, en: str
) -> None:
    dose = Dose(Fraction(amount), unit, Fraction(most) if most else None, 0, 1)
    for lang, said in (("zh", zh), ("en", en)):
        assert LANGUAGES[lang].spoken.dose(dose) == said
        assert told(parse_dose(said, lang)) == told(dose)


@pytest.mark.parametrize(
    ("said", "unit", "again"),
    [
        ("一颗", Unit.PILL, "一颗"),
        ("半粒", Unit.PILL, "半粒"),
        ("一颗半", Unit.PILL, "一颗半"),
        ("八丸", Unit.PILL, "八丸"),
        ("兩顆", Unit.PILL, "两颗"),
        ("两颗胶囊", Unit.CAPSULE, "两颗胶囊"),
        ("布洛芬胶囊一粒", Unit.CAPSULE, "一粒胶囊"),
        ("一颗布洛芬胶囊", Unit.CAPSULE, "一颗胶囊"),
        ("两片", Unit.TABLET, "两片"),
        ("一包", Unit.SACHET, "一包"),
        ("一袋", Unit.SACHET, "一袋"),
        ("两茶匙", Unit.SPOON, "两茶匙"),
        ("一瓶", Unit.AMPOULE, "一瓶"),
        ("two teaspoons", Unit.SPOON, "two teaspoonfuls"),
        ("one tablespoon", Unit.SPOON, "one tablespoonful"),
        ("a packet", Unit.SACHET, "one packet"),
        ("two sachets", Unit.SACHET, "two sachets"),
        ("two sprays", Unit.PUFF, "two sprays"),
        ("two pills", Unit.PILL, "two pills"),
    ],
)
def test_a_dose_is_read_back_in_the_word_that_was_said(said: str, unit: Unit, again: str) -> None:
    lang = "en" if said.isascii() else "zh"
    dose = parse_dose(said, lang)
    assert dose is not None
    assert dose.unit is unit
    assert LANGUAGES[lang].spoken.dose(dose) == again


def test_another_language_says_its_own_word_for_a_unit() -> None:
    dose = parse_dose("两粒", "zh")
    assert dose is not None
    assert LANGUAGES["en"].spoken.dose(dose) == "two pills"


@pytest.mark.parametrize("lang", LANGUAGES)
@given(number=st.integers(-99_999, 999_999))
@settings(max_examples=300)
def test_number_said_is_number_understood(lang: str, number: int) -> None:
    said = LANGUAGES[lang].spoken.number(str(number))
    found = parse_number(said, lang)
    assert found is not None
    assert (found.value, found.start, found.end) == (number, 0, len(said))


@pytest.mark.parametrize("lang", LANGUAGES)
@given(
    text=st.text("一二三十百点半片个又分之克mg -到零 1234567890./half and a tablet of", max_size=30)
)
@settings(max_examples=300)
def test_any_text_is_survived(lang: str, text: str) -> None:
    number = parse_number(text, lang)
    assert number is None or 0 <= number.start < number.end <= len(text)
    try:
        dose = parse_dose(text, lang)
    except ImpossibleAmountError:
        return
    assert dose is None or (dose.amount > 0 and isinstance(dose.amount, Fraction))
    assert dose is None or isinstance(dose.unit, Unit)
