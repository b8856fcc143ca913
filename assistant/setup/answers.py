"""A file of answers for installers: TOML like anban.toml, with people, habits and medicines in it.

All of it is checked before anything is kept, and every wrong line is told with its number.  The
format: docs/setup.md.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from assistant.channels import AddressError, Registry
from assistant.language import Anchor
from assistant.people.contacts import Contact, new_contact
from assistant.runtime.typed_path import typed_path
from assistant.settings import LANGUAGES, Settings, fitted, line_of, read_tables, settings_file
from assistant.setup import checks
from assistant.setup.checks import Check
from assistant.setup.place import Place
from assistant.setup.questions import Kind, NotUsableError, Question
from assistant.setup.settings_file import names
from assistant.setup.steps import CAMERA, MODEM, PHONE, RADAR, ROBOT, STEPS
from assistant.setup.words import SetupWords

SECRETS: Final = frozenset(
    {"phone.password", "modem.pin", "centre.password"}
    | {"emergency.webhook_secret", "emergency.pendant_token"}
)
"""The settings that nobody else may read; each may stand in a file of its own: `password_file`."""
_IN_FILE: Final = "_file"
_OWN: Final[dict[str, type]] = {"medicines": str, "pull_model": bool}
"""What `[setup]` may say."""
_OF_CONTACT: Final = ("name", "called", "ways", "hours", "lang")
_OF_MEDICINE: Final = {
    "name": "title", "dose": "amount", "strength": "strength", "times": "times", "days": "rrule",
    "food": "food", "from": "start", "until": "until", "least_hours": "least_hours",
    "daily_most": "daily_most", "note": "note", "confirmed": "confirmed",
}  # fmt: skip
"""What an entry of `[[medicines]]` may say, and the column of a list that it is."""
_TABLES: Final = re.compile(r"\s*\[\[\s*([\w.-]+)\s*\]\]")
_HEADER: Final = re.compile(r"\s*\[")
_SAFE_PLACES: Final = frozenset({"tel", "sms", "sip", "sips", "scaip", "ntfy", "http", "https"})
"""The schemes of addresses that hold no password unless one is written into them."""


class AnswersError(ValueError):
    """The file cannot be used; nothing was kept."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of the file."""

    line: int
    cells: dict[str, str]
    """By the names of a list's columns."""


@dataclass(slots=True)
class Answers:
    """A file of answers that can be used."""

    lang: str
    """The language of the home, as it will be."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Values by their names, such as `emergency.address`."""
    habits: dict[str, str] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    medicine_list: Path | None = None
    pull_model: bool = False
    wrong: list[tuple[int, str]] = field(default_factory=list)
    """What cannot be used, by its line; the medicines are looked at by whoever keeps them."""

    def refuse(self, line: int, why: str) -> None:
        """Note that a line cannot be used."""
        self.wrong.append((line, why))


def read_answers(path: Path, place: Place) -> Answers:
    """Read a file of answers, and note everything in it that cannot be used.

    Raises:
        AnswersError: the file cannot be read at all.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AnswersError((f"{path}: {error.strerror}",)) from error
    tables, problems = read_tables(raw)
    lang = tables.get("language")
    known = lang if isinstance(lang, str) and lang in LANGUAGES else place.settings.language
    return _Reader(path, raw, tables, place, Answers(known)).read(
        [(problem.line, f"{problem.where}: {problem.what}".lstrip(": ")) for problem in problems]
    )


class _Reader:
    """Reads one file."""

    def __init__(
        self, path: Path, raw: bytes, tables: dict[str, Any], place: Place, answers: Answers
    ) -> None:
        self._path, self._raw, self._tables = path, raw, tables
        self._place = replace(place, said_lang=answers.lang)
        self._answers = answers
        self._words = SetupWords(answers.lang)

    def read(self, problems: list[tuple[int, str]]) -> Answers:
        self._answers.wrong += [(line, self._told(why)) for line, why in problems]
        tables = dict(self._tables)
        self._own(tables.pop("setup", {}))
        self._habits(tables.pop("times", {}))
        contacts, medicines = tables.pop("contacts", []), tables.pop("medicines", [])
        secrets = dict(self._from_files(tables))
        settings = self._settings(tables, secrets)
        self._contacts(contacts, self._place.opens(settings, self._place.folder))
        for number, entry in self._entries("medicines", medicines):
            self._medicine(number, entry)
        self._answers.wrong.sort()
        return self._answers

    # --------------------------------------------------------------------------- settings

    def _settings(self, tables: dict[str, Any], secrets: Mapping[str, str]) -> Settings:
        _, misfits = fitted(Settings, tables)
        for dotted, what in misfits:
            self._answers.refuse(line_of(self._raw, dotted), f"{dotted}: {self._told(what)}")
        bad = {dotted for dotted, _ in misfits}
        given = {dotted: value for dotted, value in _flat(tables) if dotted not in bad}
        for dotted in SECRETS & given.keys():
            if given[dotted] and self._is_open():
                self._refuse(dotted, "secret_in_the_open", file=self._path)
        by_key = {question.key: question for question in all_questions()}
        for dotted, value in given.items():
            question = by_key.get(dotted)
            if isinstance(value, str) and value and question is not None:
                given[dotted] = self._checked(dotted, value, question)
        self._answers.settings = {**given, **secrets}
        if given.get("console.url") and not self._listens(given):
            self._answers.settings["console.listen"] = "0.0.0.0:8095"
        return self._as_it_will_be()

    def _listens(self, given: Mapping[str, Any]) -> bool:
        return bool(given.get("console.listen", self._place.settings.console.listen))

    def _checked(self, dotted: str, value: str, question: Question) -> Any:
        # Devices are those of this moment, and a password may look like anything.
        if question.kind is Kind.SECRET or dotted in {"ear.device", "mouth.device"}:
            return value
        try:
            return question.check(value, self._place)
        except NotUsableError as error:
            why = f"{dotted}: {self._words.refusal(error)}"
            self._answers.refuse(line_of(self._raw, dotted), why)
            return value

    def _told(self, english: str) -> str:
        return self._place.told(english, self._answers.lang)

    def _as_it_will_be(self) -> Settings:
        path = settings_file(self._place.folder)
        tables, _ = read_tables(path.read_bytes()) if path.is_file() else ({}, [])
        for dotted, value in self._answers.settings.items():
            *section, name = dotted.split(".")
            table = tables
            for each in section:
                inner = table.get(each)  # something else than a section: `keep` refuses it
                table[each] = table = inner if isinstance(inner, dict) else {}
            table[name] = value
        settings, _ = fitted(Settings, tables)
        return settings

    # ---------------------------------------------------------------------------- secrets

    def _from_files(self, tables: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Take secrets out of the files that are named in their place."""
        for dotted in sorted(SECRETS):
            section, _, name = dotted.partition(".")
            table = tables.get(section)
            if not isinstance(table, dict) or f"{name}{_IN_FILE}" not in table:
                continue
            tables[section] = {k: v for k, v in table.items() if k != f"{name}{_IN_FILE}"}
            key = f"{dotted}{_IN_FILE}"
            named = str(table[f"{name}{_IN_FILE}"])
            file = typed_path(named, self._path.parent)
            if file is None:
                self._refuse(key, "no_such_file", file=named)
                continue
            try:
                status = file.stat()
                if not stat.S_ISREG(status.st_mode):
                    raise OSError(0, "it is no file")
                if _can_others_read(status):
                    self._refuse(key, "secret_file_open", file=file)
                yield dotted, file.read_text("utf-8").strip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                why = str(error.strerror) if isinstance(error, OSError) else "it is no UTF-8"
                self._refuse(key, "secret_file_unread", file=file, why=self._told(why))

    def _is_open(self) -> bool:
        return _can_others_read(self._path.stat())

    # ------------------------------------------------------------------- the file's own parts

    def _own(self, table: Any) -> None:
        if not isinstance(table, dict):
            self._refuse("setup", "bad_table", name="[setup]")
            return
        for name, value in table.items():
            if name not in _OWN:
                self._unknown(f"setup.{name}", name, _OWN)
            elif not isinstance(value, _OWN[name]):
                self._refuse(f"setup.{name}", f"bad_{_OWN[name].__name__}")
            elif isinstance(value, bool):
                self._answers.pull_model = value
            else:
                file = typed_path(str(value), self._path.parent)
                if file is not None and file.is_file():
                    self._answers.medicine_list = file
                else:
                    self._refuse("setup.medicines", "no_such_file", file=file or value)

    def _habits(self, table: Any) -> None:
        by_name = {
            q.key.partition(".")[2]: q for q in all_questions() if q.key.startswith("times.")
        }
        if not isinstance(table, dict):
            self._refuse("times", "bad_table", name="[times]")
            return
        for name, value in table.items():
            if name not in by_name:
                self._unknown(f"times.{name}", name, [anchor.value for anchor in Anchor])
                continue
            try:
                # TOML has times of its own: 07:30:00 without quotes.
                text = value if isinstance(value, str) else f"{value}"[:5]
                self._answers.habits[name] = by_name[name].check(text, self._place)
            except NotUsableError as error:
                why = f"times.{name}: {self._words.refusal(error)}"
                self._answers.refuse(line_of(self._raw, f"times.{name}"), why)

    def _contacts(self, entries: Any, registry: Registry) -> None:
        known = {contact.name: contact for contact in self._place.people.all}
        for number, entry in self._entries("contacts", entries):
            contact = self._contact(number, entry, registry)
            if contact is None:
                continue
            if contact.name in {each.name for each in self._answers.contacts}:
                self._refuse_entry("contacts", number, "name", "twice", name=contact.name)
            before = known.get(contact.name)
            kept = replace(contact, contact_id=before.contact_id) if before else contact
            self._answers.contacts.append(kept)

    def _contact(self, number: int, entry: dict[str, Any], registry: Registry) -> Contact | None:
        self._only(number, "contacts", entry, _OF_CONTACT)
        texts = {name: entry.get(name, "") for name in ("name", "hours", "lang")}
        lists = {name: entry.get(name, []) for name in ("called", "ways")}
        lists = {n: [v] if isinstance(v, str) else v for n, v in lists.items()}
        for each, value in texts.items():
            if not isinstance(value, str):
                self._refuse_entry("contacts", number, each, "bad_str")
                return None
        for each, value in lists.items():
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                self._refuse_entry("contacts", number, each, "bad_list")
                return None
        if texts["lang"] and texts["lang"] not in LANGUAGES:
            choices = ", ".join(LANGUAGES)
            self._refuse_entry("contacts", number, "lang", "one_of", choices=choices)
        ways = [self._way(number, each, registry) for each in lists["ways"]]
        if not ways:
            self._refuse_entry("contacts", number, "ways", "no_way", name=texts["name"])
        name = self._fit(number, "name", checks.name, texts["name"])
        called = [self._fit(number, "called", checks.name, each) for each in lists["called"]]
        said = texts["hours"]
        hours = self._fit(number, "hours", checks.hours, said) if said else ""
        if name is None or hours is None or None in called:
            return None
        return new_contact(name, filter(None, called), ways, hours, texts["lang"])

    def _fit(self, number: int, field: str, check: Check, value: str) -> str | None:
        """Give a text of a contact as it is kept; None if it cannot be, which is noted."""
        try:
            if not (taken := str(check(value, self._place))):
                raise NotUsableError("bad_name")
        except NotUsableError as error:
            why = f"{field}: {self._words.refusal(error)}"
            self._answers.refuse(self._line("contacts", number, field), why)
            return None
        return taken

    def _way(self, number: int, address: str, registry: Registry) -> str:
        try:
            kept = registry.check(address)
        except AddressError as error:
            settings, folder = self._as_it_will_be(), self._place.folder
            meant = self._place.meant(settings, folder, address)
            is_near = meant not in {"", address}
            near = f" {self._words('nearest', meant=_without_secrets(meant))}" if is_near else ""
            why = f"{_without_secrets(address)}: {self._told(str(error))}{near}"
            self._answers.refuse(self._line("contacts", number, "ways"), why)
            return address
        is_safe = kept.partition(":")[0] in _SAFE_PLACES and ("@" not in kept or kept[:3] == "sip")
        if not is_safe and self._is_open():
            self._refuse_entry("contacts", number, "ways", "secret_in_the_open", file=self._path)
        return kept

    def _medicine(self, number: int, entry: dict[str, Any]) -> None:
        self._only(number, "medicines", entry, tuple(_OF_MEDICINE))
        cells = {"kind": "medicine"}
        for name, value in entry.items():
            if name not in _OF_MEDICINE:
                continue
            if isinstance(value, bool):
                cells[_OF_MEDICINE[name]] = "yes" if value else "no"
            elif isinstance(value, list):
                cells[_OF_MEDICINE[name]] = ";".join(str(each) for each in value)
            else:
                cells[_OF_MEDICINE[name]] = str(value)
        self._answers.medicines.append(Medicine(self._line("medicines", number, "name"), cells))

    # ---------------------------------------------------------------------------- refusals

    def _entries(self, name: str, entries: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            self._refuse(name, "bad_table", name=f"[[{name}]]")
            return
        yield from enumerate(entries)

    def _only(
        self, number: int, section: str, entry: dict[str, Any], known: tuple[str, ...]
    ) -> None:
        for name in entry:
            if name not in known:
                near = get_close_matches(name, known, 1, 0.6)
                error = NotUsableError("unknown_name", *near, name=name, names=", ".join(known))
                why = self._words.refusal(error)
                self._answers.refuse(self._line(section, number, name), why)

    def _unknown(self, dotted: str, name: str, known: Any) -> None:
        near = get_close_matches(name, list(known), 1, 0.6)
        error = NotUsableError("unknown_name", *near, name=name, names=", ".join(known))
        self._answers.refuse(line_of(self._raw, dotted), self._words.refusal(error))

    def _refuse(self, dotted: str, why_key: str, /, **slots: object) -> None:
        why = f"{dotted}: {self._words(why_key, **slots)}"
        self._answers.refuse(line_of(self._raw, dotted), why)

    def _refuse_entry(
        self, section: str, number: int, field: str, why_key: str, /, **slots: object
    ) -> None:
        why = f"{field}: {self._words(why_key, **slots)}"
        self._answers.refuse(self._line(section, number, field), why)

    def _line(self, section: str, number: int, name: str) -> int:
        """Find the line of a value in the entry of that number (from 0); else of the entry."""
        begun, current = -1, 0
        for at, line in enumerate(self._raw.decode("utf-8-sig", "replace").splitlines(), 1):
            if (header := _TABLES.match(line)) and header[1] == section:
                begun += 1
                current = at if begun == number else current
            elif begun == number and _HEADER.match(line) and "=" not in line:
                break
            elif begun == number and re.match(rf"\s*\"?{re.escape(name)}\"?\s*=", line):
                return at
        return current


def all_questions() -> Iterator[Question]:
    """Give every question, also those that are asked only where they mean something."""
    for step in STEPS:
        yield from step.questions
    yield from (*PHONE, *MODEM, *RADAR, *CAMERA, *ROBOT)


def _flat(tables: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give every setting of nested tables by its name; a setting may be a table itself."""
    known = set(names())
    for name, value in tables.items():
        if name in known:
            yield name, value
        elif isinstance(value, dict):
            for inner, each in value.items():
                if f"{name}.{inner}" in known:
                    yield f"{name}.{inner}", each


def _without_secrets(address: str) -> str:
    """Give of an address what is never a password, nor the token of a messenger."""
    scheme, colon, rest = address.partition(":")
    if scheme.lower() in {"tel", "sms"} or not any(each.isalpha() for each in address):
        return address
    if scheme.lower() == "sip" and ":" not in rest.partition("@")[0]:
        return address
    return f"{scheme}:…" if colon else "…"


def _can_others_read(status: os.stat_result) -> bool:
    return bool(stat.S_IMODE(status.st_mode) & 0o077)
