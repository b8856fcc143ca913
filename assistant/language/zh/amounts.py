"""Chinese numbers and doses."""

import re
from fractions import Fraction
from functools import cache

from assistant.language.amounts import Dose, Number, Unit
from assistant.language.zh.characters import simplified
from assistant.language.zh.numerals import cardinal

UNITS: dict[str, Unit] = {
    **dict.fromkeys(("片", "片儿", "整片", "锭"), Unit.TABLET),
    **dict.fromkeys(("粒胶囊", "颗胶囊", "个胶囊"), Unit.CAPSULE),
    **dict.fromkeys(("颗", "粒", "丸", "整颗", "整粒", "整丸"), Unit.PILL),
    **dict.fromkeys(("袋", "包", "整袋", "整包"), Unit.SACHET),
    **dict.fromkeys(("支", "瓶", "整支", "整瓶", "安瓿"), Unit.AMPOULE),
    **dict.fromkeys(("滴",), Unit.DROP),
    **dict.fromkeys(("勺", "汤匙", "匙", "茶匙"), Unit.SPOON),
    **dict.fromkeys(("喷", "吸", "揿", "掀"), Unit.PUFF),
    **dict.fromkeys(
        ("贴", "张贴", "块膏药", "张膏药", "块药布", "贴膏药", "张药布", "片膏药"), Unit.PATCH
    ),
    **dict.fromkeys(("枚", "枚栓剂"), Unit.SUPPOSITORY),
    **dict.fromkeys(("单位", "国际单位", "iu", "u"), Unit.INTERNATIONAL_UNIT),
    **dict.fromkeys(("微克", "μg", "ug", "mcg"), Unit.MICROGRAM),
    **dict.fromkeys(("毫克", "mg"), Unit.MILLIGRAM),
    **dict.fromkeys(("克", "g"), Unit.GRAM),
    **dict.fromkeys(("毫升", "ml", "cc"), Unit.MILLILITRE),
}
_SAID_UNITS: dict[Unit, str] = {
    Unit.TABLET: "片",
    Unit.CAPSULE: "粒胶囊",
    Unit.PILL: "颗",
    Unit.SACHET: "袋",
    Unit.AMPOULE: "支",
    Unit.DROP: "滴",
    Unit.SPOON: "勺",
    Unit.PUFF: "喷",
    Unit.PATCH: "贴",
    Unit.SUPPOSITORY: "枚",
    Unit.INTERNATIONAL_UNIT: "个单位",
    Unit.MICROGRAM: "微克",
    Unit.MILLIGRAM: "毫克",
    Unit.GRAM: "克",
    Unit.MILLILITRE: "毫升",
}
WORDS = frozenset(("颗", "粒", "丸", "粒胶囊", "颗胶囊", "个胶囊", "包", "瓶", "汤匙", "茶匙"))
"""What a dose is counted in by one of several names: it is read back by the same."""
_HAN_DIGITS = "零〇一二两三四五六七八九十百千万亿廿"
_PLAIN = rf"(?:\d+(?:\.\d+)?|(?<![\d.:])\.\d+|[{_HAN_DIGITS}]+(?:点[零〇一二三四五六七八九]+)?)"
_NUMBER = rf"(?:[负-]\s?)?(?:(?:{_PLAIN}又)?{_PLAIN}分之{_PLAIN}|\d+/[1-9]\d*|{_PLAIN}(?:个半)?|半)"
_WRITTEN = str.maketrans("点零〇一二三四五六七八九", ".00123456789", ",")
_HUNDREDTHS = {"百": Fraction(100), "千": Fraction(1000), "万": Fraction(10_000)}


@cache
def _number_pattern() -> re.Pattern[str]:
    return re.compile(_NUMBER + "(?!几)")


def find_number(text: str) -> Number | None:
    """Read the first number of a text."""
    for match in _number_pattern().finditer(simplified(text)):
        value = value_of(match[0])
        if value is not None:
            return Number(value, match.start(), match.end())
    return None


def say_dose(dose: Dose) -> str:
    """Say a dose: 一片半, 半片, 四分之一片, 一到两片, 两点五毫克."""
    unit = dose.word if UNITS.get(dose.word) is dose.unit else _SAID_UNITS[dose.unit]
    if dose.most:
        return f"{_said(dose.amount)}到{_said(dose.most)}{unit}"
    whole, part = divmod(dose.amount, 1)
    # 一片半, but 一点五毫克: what is measured has decimals.
    if whole and part == Fraction(1, 2) and dose.unit not in _MEASURED:
        counter = unit.removesuffix("胶囊")
        return f"{_said(Fraction(whole))}{counter}半{unit.removeprefix(counter)}"
    return _said(dose.amount) + unit


_MEASURED = {Unit.MICROGRAM, Unit.MILLIGRAM, Unit.GRAM, Unit.MILLILITRE, Unit.INTERNATIONAL_UNIT}


def _said(amount: Fraction) -> str:
    if amount == 2:
        return "两"
    if amount == Fraction(1, 2):
        return "半"
    whole, part = divmod(amount, 1)
    if part.denominator in {3, 4}:
        said = f"{cardinal(str(part.denominator))}分之{cardinal(str(part.numerator))}"
        return f"{cardinal(str(whole))}又{said}" if whole else said
    return cardinal(f"{float(amount):g}")


def value_of(said: str) -> Fraction | None:
    """Read a number as it is said; None for digits in an order that is no number."""
    if said[0] in "负-":
        positive = value_of(said[1:].strip())
        return -positive if positive is not None else None
    if said == "半":
        return Fraction(1, 2)
    if "分之" in said:
        whole, _, part = said.rpartition("又")
        below, _, above = part.partition("分之")
        ones, parts = value_of(whole or "零"), value_of(above)
        size = _HUNDREDTHS.get(below) or value_of(below)
        return ones + parts / size if ones is not None and parts is not None and size else None
    if said.endswith("个半"):
        whole_value = value_of(said[:-2])
        return whole_value + Fraction(1, 2) if whole_value is not None else None
    if said[0].isdecimal() or said[0] == ".":
        said = said.translate(_WRITTEN)
        return sum((Fraction(part) for part in said.split()), Fraction(0))
    if said[0] == "点":
        said = "零" + said
    import cn2an  # noqa: PLC0415 (0.2 s: only when a number was really said)

    try:
        return Fraction(str(cn2an.cn2an(said.replace("廿", "二十"), "normal")))
    except (ValueError, KeyError):  # cn2an's answers to 一十百 and 千亿
        return None
