"""SCAIP's two documents: the request `<mrq>` and the answer `<mrs>` (SS 91100:2014).

What comes in is parsed strictly: no document type, no entities, one level of elements, bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

CONTENT_TYPE: Final = "application/scaip+xml"
MAX_ANSWER_BYTES: Final = 8_192
MAX_TEXT_BYTES: Final = 300
"""The longest free text; the whole request stays below the 1,300 bytes that UDP may carry (RFC
3261, section 18.1.1)."""

_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ScaipError(ValueError):
    """What came is no answer of SCAIP; the request counts as not answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """`<mrq>`: an event of this home."""

    reference: str
    """The reference, 1 to 16 letters and digits; the same for a repeat."""
    controller: str
    """`cid`: which home; digits."""
    device: str
    """`dty`: which kind of device, four digits."""
    message_type: str = "ME"
    """ME: an alarm; PI: a heartbeat."""
    status: str = "0010"
    """The status `stc`: 0010 set off by a person, 0009 by a sensor."""
    callback: str = "no-voice:"
    """`crd`: how the centre may call back, "sip:…" or "tel:…"."""
    text: str = ""
    """The text `ite` for the operator."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`<mrs>`: the centre's answer."""

    reference: str
    status: int
    """`snu`: 0 is handled; 4 hold, 5 not treated, 6 busy; 1, 2, 3 and 7 are our mistakes."""
    text: str = ""
    """The text `ste` in words."""


def build(request: Request) -> bytes:
    """Write the document in UTF-8."""
    text = _NOT_XML.sub("", request.text).encode()[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    elements = {
        "ref": request.reference,
        "mty": request.message_type,
        "cid": request.controller,
        "dty": request.device,
        "stc": request.status,
        "crd": request.callback,
        "ite": text,
    }
    inner = "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in elements.items() if value
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><mrq>{inner}</mrq>'.encode()


def parse_answer(data: bytes) -> Answer:
    """Read an `<mrs>` document.

    Raises:
        ScaipError: too long, no XML, a document type in it, or without `ref` and `snu`.
    """
    fields = parse(data, "mrs")
    status = fields.get("snu", "")
    if not fields.get("ref") or not re.fullmatch(r"[0-9]{1,4}", status):
        raise ScaipError("an answer without reference and status number")
    return Answer(fields["ref"], int(status), fields.get("ste", "")[:200])


def parse(data: bytes, root: str) -> dict[str, str]:
    """Read the elements of a flat document, by name.

    Raises:
        ScaipError: as `parse_answer`, or another root element.
    """
    if len(data) > MAX_ANSWER_BYTES:
        raise ScaipError("a document that is too long")
    path: list[str] = []
    fields: dict[str, str] = {}

    def refuse_doctype(*_: object) -> None:
        raise ScaipError("a document type was refused: it may hold entities that never end")

    def start(name: str, _: dict[str, str]) -> None:
        path.append(name)
        if len(path) > 2 or path[0] != root:
            raise ScaipError(f"no flat {root} document")
        if len(path) == 2:
            fields.setdefault(name, "")

    def end(_: str) -> None:
        path.pop()

    def text(characters: str) -> None:
        if len(path) == 2:
            fields[path[1]] += characters

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ScaipError(f"no {root} document") from error
    return {name: value.strip() for name, value in fields.items()}
