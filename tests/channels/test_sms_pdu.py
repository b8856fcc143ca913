"""Messages as protocol data units: published vectors, and laws over random texts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.channels.gsm.alphabet import pack, septets, text_of, unpack
from assistant.channels.gsm.pdu import MAX_PARTS, PduError, deliver, submit
from simulators.modem_pdu import decode_submit, encode_deliver

PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if septets(chr(code))) + "£é€ñ"
NUMBERS = st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True)


def test_the_published_packing() -> None:
    codes = [code for character in "hellohello" for code in septets(character) or ()]
    assert pack(codes).hex().upper() == "E8329BFD4697D9EC37"


def test_a_published_submit() -> None:
    # The classic example of the literature, there without a validity period.
    part = submit("+46708251358", "hellohello", 0)[0]
    assert part.hexadecimal == "0011000B916407281553F80000A70AE8329BFD4697D9EC37"
    assert part.length_octets == len(part.hexadecimal) // 2 - 1


def test_a_published_deliver() -> None:
    received = deliver("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37")
    assert (received.sender, received.text) == ("27838890001", "hellohello")


@pytest.mark.parametrize(
    ("text", "parts", "coding"),
    [
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 0),
        ("€" * 80, 1, 0),
        ("€" * 81, 2, 0),
        ("老" * 70, 1, 8),
        ("老" * 71, 2, 8),
        ("老" * 134, 2, 8),
        ("老" * 135, 3, 8),
        ("a" * 69 + "老", 1, 8),
        ("😀" * 35, 1, 8),
        ("😀" * 36, 2, 8),
    ],
)
def test_the_number_of_parts(text: str, parts: int, coding: int) -> None:
    sent = [decode_submit(part.hexadecimal) for part in submit("10086", text, 77)]
    assert len(sent) == parts
    assert {part.coding for part in sent} == {coding}
    assert "".join(part.text for part in sent) == text
    assert all(part.octets <= 140 for part in sent)


@pytest.mark.parametrize("text", ["老" * 5_000, "a" * 9_000, "€" * 5_000, "😀" * 3_000])
def test_a_message_without_end_is_cut_and_says_so(text: str) -> None:
    sent = [decode_submit(part.hexadecimal) for part in submit("10086", text, 1)]
    assert len(sent) == MAX_PARTS
    whole = "".join(part.text for part in sent)
    assert whole.endswith(("…", "..."))
    assert all(part.octets <= 140 for part in sent)


@example("112", "page one\x0cpage two", 0)  # in the extension table, at the place of the line feed
@given(NUMBERS, st.text(min_size=1, max_size=400), st.integers(0, 255))
def test_every_text_arrives_as_it_was(number: str, text: str, reference: int) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    sent = [decode_submit(part.hexadecimal) for part in submit(number, text, reference)]
    assert {part.number for part in sent} == {number}
    assert "".join(part.text for part in sent) == text
    assert [part.part for part in sent] == list(range(1, len(sent) + 1))
    assert all(part.parts == len(sent) for part in sent)
    assert all(part.octets <= 140 for part in sent)
    assert len({part.reference for part in sent}) == 1
    if len(sent) > 1:
        assert sent[0].reference == reference
        assert not any("\ud800" <= part.text[-1:] <= "\udfff" for part in sent)


@given(NUMBERS, st.text(alphabet=PLAIN, min_size=1, max_size=400))
def test_plain_english_stays_in_seven_bits(number: str, text: str) -> None:
    sent = [decode_submit(part.hexadecimal) for part in submit(number, text, 3)]
    assert {part.coding for part in sent} == {0}
    assert "".join(part.text for part in sent) == text


@given(
    NUMBERS, st.text(min_size=1, max_size=60).filter(lambda text: len(text.encode("utf-16")) < 140)
)
def test_what_comes_in_is_read(number: str, text: str) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    received = deliver(encode_deliver(number, text))
    assert (received.sender, received.text) == (number, text)


@given(st.lists(st.integers(0, 127), max_size=200), st.integers(0, 6))
def test_packing_is_undone_by_unpacking(codes: list[int], fill: int) -> None:
    assert unpack(pack(codes, fill), len(codes), fill) == codes
    text_of(codes)


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else(junk: bytes) -> None:
    try:
        deliver(junk.hex())
    except PduError:
        return


@given(st.text(max_size=40))
def test_no_text_is_hexadecimal_by_chance(text: str) -> None:
    try:
        deliver(text)
    except PduError:
        return


@pytest.mark.parametrize("number", ["", "12", "Mum", "138;ATD999", "138\x1a", "1" * 16, "+"])
def test_no_unchecked_number_reaches_a_message(number: str) -> None:
    with pytest.raises(PduError):
        submit(number, "help", 0)
