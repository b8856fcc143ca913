"""The modem's stored messages: read whole, handed over once, written down, and only then deleted.

Modems store where they like (SIM card, own memory), list some messages with other lines between
head and body, and give an index to another message after a reset.  So every store is read; a
message is deleted only if what lies at its index is still the same; and what cannot be read stays.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from assistant.channels.gsm.dialogue import ModemError, ModemSilentError
from assistant.channels.gsm.pdu import Deliver, PduError, received

log = logging.getLogger(__name__)

LIST_SECONDS: Final = 20.0
PARTS_SECONDS: Final = 600.0
"""How long the missing part of a long message is waited for."""
MOST_INDICES: Final = 255
"""How many places are looked at one by one, if a modem does not list what it has."""
_STORES: Final = ("SM", "ME")
"""SIM card and modem; MT is both together, SR and BM hold nothing that a person wrote."""
_OWN: Final = frozenset({2, 3})
"""Stored unsent and sent (TS 27.005, <stat> in PDU mode): what somebody wrote on this SIM."""
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")


class Ask(Protocol):
    """One AT command: `Dialogue.ask`."""

    async def __call__(self, command: str, prefix: str = "", **options: Any) -> list[str]:
        """Send it and give its lines; raises ModemError."""


class Journal(Protocol):
    """Remembers, also over a restart, which messages were counted already."""

    async def knows(self, fingerprint: str) -> bool:
        """Whether a message was noted before."""

    async def note(self, fingerprint: str) -> None:
        """Note a message; it is on the disk when this returns, else it raises."""


class MemoryJournal:
    """A journal for as long as the program runs."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    async def knows(self, fingerprint: str) -> bool:
        """Whether a message was noted before."""
        return fingerprint in self._known

    async def note(self, fingerprint: str) -> None:
        """Note a message."""
        self._known.add(fingerprint)


@dataclass(frozen=True, slots=True)
class IncomingSms:
    """A message that came in, all its parts together."""

    sender: str
    text: str
    sent_at: float | None = None
    """When it was sent (Unix time, seconds, by the network's clock); None: not told."""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A protocol data unit in its place."""

    store: str
    """The store it lies in; empty: the modem's current one, it cannot choose."""
    index: int
    pdu: str
    length: int | None
    """The length that the modem gives."""


@dataclass(frozen=True, slots=True)
class _Entry:
    stored: _Stored | None
    """Where it is stored; None: it was handed over without being stored."""
    told: Deliver


class Inbox:
    """The stored messages of one modem; `read` may be called at any time."""

    def __init__(
        self, ask: Ask, on_sms: Callable[[IncomingSms], Awaitable[None]], journal: Journal
    ) -> None:
        self._ask, self._on_sms, self._journal = ask, on_sms, journal
        self.problem = ""
        """Why answers may not come in: a full store; empty if they may."""
        self.unreadable = 0
        """How many stored messages could not be read at the last time."""
        self._told: set[tuple[str, int]] = set()
        """The places that the modem itself named."""
        self._counted: dict[str, None] = {}
        """The fingerprints handed over in this run, oldest first: also what the disk did not
        take."""
        self._direct: list[Deliver] = []
        """Messages that are nowhere but here."""
        self._waiting: dict[tuple[str, int, int], float] = {}
        """Long messages not yet complete, and when that was first seen."""
        self._selected = ""
        self._reading = asyncio.Lock()

    def notice(self, line: str) -> None:
        """Note where the modem says that it stored a message: `+CMTI: "ME",3`."""
        place = re.match(r'\+C[MD][TS]I: ?"?(\w*)"?, ?(\d+)', line)
        if place is not None:
            self._told.add((place[1].upper(), int(place[2])))

    def take(self, carrier: str, pdu: str) -> None:
        """Take a message that the modem did not store (a flash message); `read` hands it over."""
        length = re.search(r"(\d+)\s*$", carrier)
        try:
            found = received(pdu, int(length[1]) if length else None)
        except PduError as error:
            log.warning("a message that is stored nowhere: %s", error)
            return
        if isinstance(found, Deliver):
            self._direct.append(found)

    async def read(self) -> None:
        """Hand over all that is there.

        Raises:
            ModemError: no store can be read, or the modem was lost over it.
        """
        async with self._reading:
            await self._read()

    async def _read(self) -> None:
        self.unreadable, self._selected = 0, ""
        entries = [_Entry(None, told) for told in self._direct]
        problems: list[str] = []
        for store in await self._stores():
            try:
                entries += await self._read_store(store, problems)
            except ModemSilentError:
                raise
            except ModemError as error:
                log.warning("messages in %s cannot be read: %s", store or "the modem", error)
        self._told.clear()
        for message in self._messages(entries):
            await self._take(message)
        await self._look_for_room(problems)

    # ------------------------------------------------------------------------- reading

    async def _stores(self) -> list[str]:
        named = [store for store, _ in sorted(self._told) if store]
        try:
            offered = "".join(await self._ask("AT+CPMS=?", "+CPMS:"))
        except ModemSilentError:
            raise
        except ModemError:
            return ["", *dict.fromkeys(named)]  # it cannot choose: what it lists is all
        first = re.search(r"\(([^)]*)\)", offered)
        names = re.findall(r"\w+", first[1]) if first else []
        wanted = [store for store in _STORES if store in names] or names[:1] or [""]
        return list(dict.fromkeys([*wanted, *named]))

    async def _select(self, store: str) -> tuple[int, int]:
        """Select a store; gives how much is used and how much there is, zeros if not told."""
        if not store:
            return 0, 0
        lines = await self._choose(store)
        self._selected = store
        counts = re.search(r"\+CPMS: ?(?:\"\w*\", ?)?(\d+), ?(\d+)", "".join(lines))
        return (int(counts[1]), int(counts[2])) if counts else (0, 0)

    async def _choose(self, store: str) -> list[str]:
        # One store leaves alone where new messages go, but some modems want all three or two.
        for count in (1, 3, 2):
            try:
                stores = ",".join([f'"{store}"'] * count)
                return await self._ask(f"AT+CPMS={stores}", "+CPMS:")
            except ModemSilentError:
                raise
            except ModemError as error:
                problem = error
        raise problem

    async def _read_store(self, store: str, problems: list[str]) -> list[_Entry]:
        used, size = await self._select(store)
        if used and used >= size:
            problems.append(store)
        found: dict[int, _Stored] = {}
        is_listed = True
        try:
            # 4: all messages, TS 27.005 section 3.4.2 in PDU mode.
            lines = await self._ask("AT+CMGL=4", "+CMGL:", seconds=LIST_SECONDS)
            found, own = _listed(store, lines)
        except ModemSilentError:
            raise
        except ModemError as error:
            log.warning("the modem does not list its messages: %s", error)
            is_listed, own = False, set[int]()
        others = {i for where, i in self._told if where in {store, ""} and i not in own}
        if not is_listed or (used and not found and not own):
            others |= set(range(min(size, MOST_INDICES) + 1))
        entries = []
        for index in sorted(found.keys() | others):
            entry = await self._read_one(store, index, found.get(index))
            if entry is not None:
                entries.append(entry)
        return entries

    async def _read_one(self, store: str, index: int, listed: _Stored | None) -> _Entry | None:
        """Read one place: as it was listed, else looked at by itself."""
        stored = listed
        for _ in range(2):
            if stored is not None and stored.pdu:
                try:
                    told = received(stored.pdu, stored.length)
                except PduError as error:
                    log.debug("%s", error)
                else:
                    if isinstance(told, Deliver):
                        return _Entry(stored, told)
                    await self._delete(stored)
                    return None
            stored = await self._at(store, index)
        if listed is not None or stored is not None:
            self.unreadable += 1
            log.warning("a stored message cannot be read; it stays where it is")
        return None

    async def _at(self, store: str, index: int) -> _Stored | None:
        """Look at what lies at an index of the selected store now."""
        try:
            lines = await self._ask(f"AT+CMGR={index}", "+CMGR:")
        except ModemSilentError:
            raise
        except ModemError:
            return None  # nothing there, or it reads lists only
        found, _ = _listed(store, [line.replace("+CMGR:", f"+CMGL: {index},", 1) for line in lines])
        return found.get(index)

    # ------------------------------------------------------------------------ handing over

    def _messages(self, entries: list[_Entry]) -> list[list[_Entry]]:
        """Put together what belongs together; a long message waits until all of it is there."""
        whole: list[list[_Entry]] = []
        groups: dict[tuple[str, int, int], dict[int, _Entry]] = defaultdict(dict)
        copies: list[list[_Entry]] = []
        for entry in entries:
            place = entry.told.place
            if place is None or place.parts == 1:
                whole.append([entry])
                continue
            group = groups[entry.told.sender, place.reference, place.parts]
            if place.part in group:
                copies.append([entry])  # in both stores; deleted with its twin's fingerprint
            else:
                group[place.part] = entry
        now = asyncio.get_running_loop().time()
        self._waiting = {key: self._waiting.get(key, now) for key in groups}
        for key, group in groups.items():
            if len(group) == key[2] or now - self._waiting[key] > PARTS_SECONDS:
                whole.append([group[part] for part in sorted(group)])
        return whole + [copy for copy in copies if copy[0].told.fingerprint in self._counted]

    async def _take(self, message: list[_Entry]) -> None:
        """Hand over, write down, delete; what fails is tried again at the next reading."""
        prints = [entry.told.fingerprint for entry in message]
        fingerprint = hashlib.sha256("".join(prints).encode()).hexdigest()[: len(prints[0])]
        fingerprint = prints[0] if len(prints) == 1 else fingerprint
        try:
            if not (fingerprint in self._counted or await self._journal.knows(fingerprint)):
                sent = [e.told.sent_at for e in message if e.told.sent_at is not None]
                first = message[0].told
                text = _joined(message)
                await self._on_sms(
                    IncomingSms(first.sender, text, min(sent, default=None), fingerprint)
                )
            for known in {fingerprint, *prints}:
                self._counted[known] = None
            await self._journal.note(fingerprint)
        except Exception:
            # Whoever takes it may fail in any way: the other messages are handed over all the same.
            log.exception("a received message could not be handed over; it is kept")
            return
        for entry in message:
            if entry.stored is None:
                self._direct.remove(entry.told)
            else:
                await self._delete(entry.stored)

    async def _delete(self, stored: _Stored) -> None:
        """Delete a message if it is still the very same one: an index may have got another."""
        try:
            if stored.store != self._selected:
                await self._select(stored.store)
            there = await self._at(stored.store, stored.index)
            if there is None:
                lines = await self._ask("AT+CMGL=4", "+CMGL:", seconds=LIST_SECONDS)
                there = _listed(stored.store, lines)[0].get(stored.index)
            if there is not None and there.pdu.upper() == stored.pdu.upper():
                await self._ask(f"AT+CMGD={stored.index}")
        except ModemSilentError:
            raise
        except ModemError as error:
            log.warning("a message that was read cannot be deleted: %s", error)

    async def _look_for_room(self, full: list[str]) -> None:
        """Look whether the stores that were full still are, after what was read is gone."""
        still = []
        for store in full:
            used, size = await self._select(store)
            if used and used >= size:
                still.append(f"{store or 'the modem'} ({used} of {size})")
        self.problem = (
            f"the message store is full, answers cannot come in: {', '.join(still)}; "
            "delete messages on the SIM card with a telephone"
            if still
            else ""
        )


def _listed(store: str, lines: list[str]) -> tuple[dict[int, _Stored], set[int]]:
    """Give heads with their bodies, and the places of what was written on this SIM itself."""
    found: dict[int, _Stored] = {}
    own: set[int] = set()
    index: int | None = None
    for line in lines:
        head = re.match(r"\+CMGL: ?(\d+), ?(\d*)(.*)", line)
        if head is not None:
            index = int(head[1])
            if head[2] and int(head[2]) in _OWN:
                own.add(index)
                index = None
                continue
            length = re.search(r"(\d+)\s*$", head[3])
            found[index] = _Stored(store, index, "", int(length[1]) if length else None)
        elif index is not None and _HEX.fullmatch(line) and not found[index].pdu:
            found[index] = _Stored(store, index, line, found[index].length)
    return found, own


def _joined(message: list[_Entry]) -> str:
    """Join the text of all parts; a part that never came is shown by an ellipsis."""
    text, expected = "", 1
    for entry in message:
        place = entry.told.place
        if place is not None and place.part > expected:
            text += "…"
        expected = place.part + 1 if place is not None else 1
        text += entry.told.text
    last = message[-1].told.place
    return text + ("…" if last is not None and last.part < last.parts else "")
