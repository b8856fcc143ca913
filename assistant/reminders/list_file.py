"""A list as it comes out of a spreadsheet: its bytes to text, and its text to rows with columns.

Excel and WPS write UTF-8 with a byte order mark, UTF-16, or GBK on a Chinese Windows; commas,
semicolons or tabs, whichever the system parts lists with; and rows of empty cells at the end.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assistant.language.text import unify
from assistant.reminders.list_words import ListFault, ListWords, fold, without_hint

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls (and WPS's .et) begin."""
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS: Final = (",", ";", "\t", "，", "；")
_TOLD_SEPARATOR: Final = "sep="
"""Excel's own first line: `sep=;`."""
_REMARK: Final = "#"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list that has something in it."""

    line: int
    """The number of its first line in the file."""
    cells: dict[str, str]
    """What stands in it, by column; empty cells are left out."""
    fault: ListFault | None = None
    """What is wrong with the line as a whole."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list, its columns known."""

    headers: dict[str, str]
    """Each column's name as it was written, by the column."""
    amount_hint: str
    """What stands in brackets behind the name of the column of amounts: 剂量（毫克）."""
    rows: tuple[Row, ...]


def decoded(raw: bytes) -> str:
    """Give the text of a file; raises ListFault if it has none."""
    if raw.startswith(_WORKBOOKS):
        raise ListFault("workbook")
    try:
        if raw.startswith(_WIDE):
            return raw.decode("utf-16")
        if b"\0" in raw[:2000]:
            wide = "utf-16-be" if raw.startswith(b"\0") else "utf-16-le"
            return raw.decode(wide)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _of_china(raw)


def _of_china(raw: bytes) -> str:
    """Read GB 18030; a Western code page can be read as it, and gives characters nobody uses."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise ListFault("no_text") from error
    written = [each for each in text if not each.isascii()]
    rare = sum(not each.encode("gb2312", "ignore") for each in written)
    if rare * 2 > len(written) or "\0" in text:
        raise ListFault("no_text")
    return text


def sheet_of(text: str, words: ListWords) -> Sheet:
    """Read the rows of a list; raises ListFault, with its line, if its columns are not known."""
    text = text.removeprefix("\ufeff")
    lines = text.splitlines()
    skipped = _skipped(lines)
    if skipped >= len(lines):
        raise ListFault("empty")
    separator = _separator(lines[:skipped], lines[skipped], words)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next(row for row in reader if reader.line_num > skipped)
    except (csv.Error, StopIteration) as error:
        raise ListFault("broken", why=str(error)) from error
    try:
        columns, headers, hint = _columns(header, words)
    except ListFault as fault:
        fault.line = skipped + 1
        raise
    is_whole = text.endswith(("\n", "\r"))
    return Sheet(headers, hint, tuple(_rows(reader, columns, is_whole=is_whole)))


def _skipped(lines: list[str]) -> int:
    """Count what stands before the header: empty lines, and Excel's word on the separator."""
    for number, line in enumerate(lines):
        if line.strip(" \t,;，；") and not line.lower().startswith(_TOLD_SEPARATOR):
            return number
    return len(lines)


def _separator(before: list[str], header: str, words: ListWords) -> str:
    """Tell what parts the cells: what the file says, else what gives the most known columns."""
    told = [line[len(_TOLD_SEPARATOR) :] for line in before if line[:4].lower() == _TOLD_SEPARATOR]
    if told and len(told[0].rstrip()) == 1:
        return told[0].rstrip()
    if told and told[0].startswith("\t"):
        return "\t"

    def known(separator: str) -> int:
        names = [each.strip().strip('"') for each in header.split(separator)]
        return sum(words.column(without_hint(name)[0]) is not None for name in names if name)

    found = max(_SEPARATORS, key=lambda each: (known(each), header.count(each)))
    return found if found in header else _SEPARATORS[0]


def _columns(header: list[str], words: ListWords) -> tuple[list[str | None], dict[str, str], str]:
    """Give each cell's column, the columns' names as written, and the unit of the amounts."""
    columns: list[str | None] = []
    headers: dict[str, str] = {}
    amount_hint = ""
    for given in header:
        name, hint = without_hint(given)
        column = words.column(given)
        column = words.column(name) if column is None else column
        if not fold(name):
            columns.append(None)
            continue
        if column is None:
            near, allowed = words.nearest("columns", name), words.allowed("columns")
            raise ListFault("column_unknown", near, given=name, allowed=allowed)
        if column and column in headers:
            raise ListFault("column_twice", given=name, other=headers[column])
        if column:
            headers[column] = name
        if column == "amount":
            amount_hint = hint
        columns.append(column)
    if "title" not in headers:
        raise ListFault("title_column_missing", allowed=words.allowed("columns"))
    return columns, headers, amount_hint


def _rows(
    reader: Iterator[list[str]], columns: list[str | None], *, is_whole: bool
) -> Iterator[Row]:
    ended: int = reader.line_num  # type: ignore[attr-defined]
    last: tuple[int, list[str]] | None = None
    try:
        for cells in reader:
            begun, ended = ended + 1, reader.line_num  # type: ignore[attr-defined]
            if last is not None:
                yield from _row(*last, columns)
            last = (begun, cells)
    except csv.Error as error:
        if last is not None:
            yield from _row(*last, columns)
        yield Row(ended + 1, {}, ListFault("broken", why=str(error)))
        return
    if last is not None:
        line, cells = last
        if not is_whole and 0 < len(cells) < len(columns) and not cells[0].startswith(_REMARK):
            yield Row(line, {}, ListFault("cut_off"))
        else:
            yield from _row(line, cells, columns)


def _row(line: int, cells: list[str], columns: list[str | None]) -> Iterator[Row]:
    """Give a row, if anything is in it; Excel leaves out empty cells at a row's end."""
    if not any(unify(each).strip() for each in cells) or _is_remark(cells[0]):
        return
    if any(each.strip() for each in cells[len(columns) :]):
        yield Row(line, {}, ListFault("too_many_fields"))
        return
    filled: dict[str, str] = {}
    for number, (column, cell) in enumerate(zip(columns, cells, strict=False), 1):
        if not cell.strip():
            continue
        if column is None:
            yield Row(line, {}, ListFault("column_unnamed", number=number))
            return
        if column:
            filled[column] = cell
    if filled:
        yield Row(line, filled)


def _is_remark(cell: str) -> bool:
    return cell.lstrip().startswith((_REMARK, "＃"))
