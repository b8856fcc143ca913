"""Replies as data: several wordings a key, the same in every language, checked when loaded.

A folder holds one `<language>/replies.yml` a language; a language that is not whole may lack keys
or the file, and says so in its own words before those of another language (`packs.Fallback`):

    taken:
      - "好的，{medicine}记下了。"
      - "记下了，{medicine}已经吃过了。"
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from assistant.language.errors import RepliesInvalidError, ReplyMissingError, SlotMissingError
from assistant.language.languages import LANGUAGES
from assistant.packs import Fallback, facts, located, whole

FILE_NAME = "replies.yml"


@dataclass(frozen=True, slots=True)
class _Reply:
    wordings: tuple[str, ...]
    slots: frozenset[str]
    file: Path


class Replies:
    """All wordings of some folders; renders one, never the same twice in a row where others are."""

    def __init__(self, replies: Mapping[tuple[str, str], _Reply], random: Random) -> None:
        self._replies = replies
        self._random = random
        self._last: dict[tuple[str, str], str] = {}

    @classmethod
    def load(cls, *folders: Path, random: Random | None = None) -> "Replies":
        """Read `<folder>/<language>/replies.yml` of every folder and check them against each other.

        Raises:
            RepliesInvalidError: a file is absent, broken or at odds with another.
        """
        replies: dict[tuple[str, str], _Reply] = {}
        for folder in folders:
            found = {lang: _read(folder / lang / FILE_NAME) for lang in whole()}
            _check_alike(found)
            first = next(iter(found.values()))
            for lang in LANGUAGES.keys() - found.keys():
                file = located(folder / lang / FILE_NAME)
                found[lang] = _read(file) if file.exists() else {}
                _check_part(found[lang], first)
            for lang, by_key in found.items():
                for key, reply in by_key.items():
                    other = replies.setdefault((lang, key), reply)
                    if other is not reply:
                        raise RepliesInvalidError(
                            f"{reply.file}: {key}: {other.file} has this key too."
                        )
        # Which wording comes is no secret: an ordinary random number will do.
        return cls(replies, random or Random())  # noqa: S311

    def afresh(self, random: Random) -> "Replies":
        """Give the same wordings, of which none was said yet, chosen by `random`."""
        return Replies(self._replies, random)

    def __contains__(self, key: object) -> bool:
        return any(key == known for _, known in self._replies)

    def keys(self) -> frozenset[str]:
        """Name every key, in whatever language."""
        return frozenset(key for _, key in self._replies)

    def wordings(self, key: str, lang: str) -> tuple[str, ...]:
        """List a key's wordings with their slots unfilled.

        Raises:
            ReplyMissingError: there is no such key in that language.
        """
        if (lang, key) not in self._replies and (other := self._fallback(key, lang)):
            return self._reply(key, other.language).wordings
        return self._reply(key, lang).wordings

    def render(self, key: str, lang: str, *, avoid: str = "", **slots: object) -> str:
        """Fill one wording of a key: not the last one and not `avoid`, if there is another.

        Raises:
            ReplyMissingError: there is no such key in that language.
            SlotMissingError: a value that the wordings need was not given.
        """
        if (lang, key) not in self._replies and (other := self._fallback(key, lang)):
            text = self.render(key, other.language, avoid=avoid, **slots)
            return other.words.format(text=text)
        reply = self._reply(key, lang)
        if absent := reply.slots - slots.keys():
            raise SlotMissingError(
                f"{reply.file}: {key}: no value for {', '.join(sorted(absent))}."
            )
        last = self._last.get((lang, key))
        filled = {wording: _filled(wording, slots) for wording in reply.wordings}
        fresh = [w for w, text in filled.items() if w != last and text != avoid]
        chosen = self._random.choice(fresh or list(filled))
        self._last[lang, key] = chosen
        return filled[chosen]

    def _fallback(self, key: str, lang: str) -> Fallback | None:
        """How a key is said that a language lacks; None if no other language has it."""
        fallback = facts(lang).fallback if lang in LANGUAGES else None
        has_other = fallback is not None and (fallback.language, key) in self._replies
        return fallback if has_other else None

    def _reply(self, key: str, lang: str) -> _Reply:
        try:
            return self._replies[lang, key]
        except KeyError:
            files = sorted({str(r.file) for (of, _), r in self._replies.items() if of == lang})
            where = ", ".join(files) or f"any file for the language {lang}"
            raise ReplyMissingError(f'There is no reply "{key}" in {where}.') from None


def _filled(wording: str, slots: Mapping[str, object]) -> str:
    """A sentence begins with a capital, also if a value stands in front; a part of one need not.

    "your daughter knows." is read on the console and in messages, too.
    """
    text = wording.format_map(slots)
    is_sentence = wording.startswith("{") and wording.endswith((".", "!", "?"))
    return text[:1].upper() + text[1:] if is_sentence else text


def _read(file: Path) -> dict[str, _Reply]:
    try:
        content = yaml.load(file.read_text("utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise RepliesInvalidError(f"{file}: cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RepliesInvalidError(f"{file}: is no valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise RepliesInvalidError(f"{file}: must be a table of key: [wording, …].")
    return {key: _reply_of(file, key, wordings) for key, wordings in content.items()}


def _reply_of(file: Path, key: object, wordings: object) -> _Reply:
    if not isinstance(key, str):
        raise RepliesInvalidError(f"{file}: {key!r}: a key must be text; set it in quotes.")
    if isinstance(wordings, str):
        wordings = [wordings]
    if not isinstance(wordings, list) or not wordings:
        raise RepliesInvalidError(f"{file}: {key}: must be a list of at least one wording.")
    slots: frozenset[str] | None = None
    for wording in wordings:
        if not isinstance(wording, str) or not wording.strip():
            raise RepliesInvalidError(f"{file}: {key}: {wording!r} is no wording; it must be text.")
        found = frozenset(_slots(file, key, wording))
        if slots is not None and found != slots:
            raise RepliesInvalidError(
                f"{file}: {key}: its wordings differ in their slots: {wording}"
            )
        slots = found
    if len(set(wordings)) < len(wordings):
        raise RepliesInvalidError(f"{file}: {key}: the same wording stands there twice.")
    return _Reply(tuple(wordings), slots or frozenset(), file)


def _slots(file: Path, key: str, wording: str) -> Iterator[str]:
    try:
        parts = list(string.Formatter().parse(wording))
    except ValueError as error:
        raise RepliesInvalidError(f"{file}: {key}: {error}: {wording}") from error
    for _, name, form, conversion in parts:
        if name is None:
            continue
        # Plain names only: {a.b} and {a[0]} would reach into whatever value is given.
        if not name.isidentifier() or form or conversion:
            raise RepliesInvalidError(f"{file}: {key}: a slot must be a plain name: {wording}")
        yield name


def _check_alike(found: Mapping[str, Mapping[str, _Reply]]) -> None:
    """Hold each language to the first: the same keys, the same slots."""
    first, *others = found.values()
    for other in others:
        for key in first.keys() ^ other.keys():
            present = first.get(key) or other[key]
            lacking = other if key in first else first
            where = next((str(reply.file) for reply in lacking.values()), "another language")
            raise RepliesInvalidError(f"{where}: {key}: is absent, but {present.file} has it.")
        for key, reply in first.items():
            if reply.slots != other[key].slots:
                raise RepliesInvalidError(
                    f"{other[key].file}: {key}: has the slots {sorted(other[key].slots)}, "
                    f"but {reply.file} has {sorted(reply.slots)}."
                )


def _check_part(own: Mapping[str, _Reply], first: Mapping[str, _Reply]) -> None:
    """Hold what a language has of the keys to the first language: no other key, the same slots."""
    for key, reply in own.items():
        if key not in first:
            raise RepliesInvalidError(f"{reply.file}: {key}: no other language has this key.")
        if reply.slots != first[key].slots:
            raise RepliesInvalidError(
                f"{reply.file}: {key}: has the slots {sorted(reply.slots)}, "
                f"but {first[key].file} has {sorted(first[key].slots)}."
            )


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as data only, and a key that stands twice refused instead of silently dropped."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key}" stands twice', node.start_mark
                )
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping
