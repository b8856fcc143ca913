"""A GSM modem on a pseudo-terminal: speaks AT, decodes what it is given to send, rings and answers.

`modem_manners` says how it may behave, `modem_quirks` names what real modems were reported to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tty
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from assistant.care.simulators.modem_manners import ModemManners
from assistant.care.simulators.modem_pdu import (
    SentSms,
    decode_submit,
    encode_deliver,
    encode_report,
)

__all__ = ["ModemManners", "SimulatedModem"]

_OFTEN_SECONDS: Final = 0.02
_RESULTS: Final = {"OK": "0", "ERROR": "4", "NO CARRIER": "3", "BUSY": "7"}
"""In digits, V.250 table 1."""
_TAKEN: Final = frozenset(
    {"AT", "AT+CMEE", "AT+CMGF", "AT+CNMI", "AT+CLIP", "AT+COLP"} | {"AT+DDET", "AT+CPCMREG"}
)


@dataclass(slots=True)
class _Call:
    number: str
    state: int = 2
    is_incoming: bool = False


class SimulatedModem:
    """`with SimulatedModem(folder) as modem: modem.port …`; runs on the event loop."""

    def __init__(self, folder: Path, manners: ModemManners | None = None) -> None:
        self.port = str(folder / "modem")
        """A stable name, as /dev/serial/by-id gives one."""
        self.manners = manners or ModemManners()
        self.sent: list[SentSms] = []
        self.dialled: list[str] = []
        self.commands: list[str] = []
        self.stores: dict[str, dict[int, str]] = {"SM": {}, "ME": {}}
        """Protocol data units by store and index."""
        self.given: set[str] = set()
        """Messages that were written out whole."""
        self.deleted_unread: list[str] = []
        """What was deleted without ever having been written out whole."""
        self._loop = asyncio.get_running_loop()
        self._ends: tuple[int, int] | None = None
        self._buffer = b""
        self._echo = True
        self._is_numeric = self._is_quiet = False
        self._is_taking_pdu = False
        self._store = self.manners.reads_from
        self._call: _Call | None = None
        self._is_dialling = False
        """ATD was not answered yet."""
        self._unlisted = 0
        for index, draft in enumerate(self.manners.drafts, 40):
            self.stores[self.manners.arrives_in][index] = draft
        self._late = dict(self.manners.late_seconds)
        self._restarts_at = self.manners.restarts_at
        self._busy = self.manners.sim_busy
        self._timers: list[asyncio.TimerHandle] = []

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    @property
    def inbox(self) -> dict[int, str]:
        """The store where messages arrive."""
        return self.stores[self.manners.arrives_in]

    def plug(self) -> None:
        """Appear on the system."""
        ends = os.openpty()
        tty.setraw(ends[1])
        os.set_blocking(ends[0], False)
        link = Path(self.port)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(ends[1]))
        self._ends, self._buffer = ends, b""
        self._forget()
        self._loop.add_reader(ends[0], self._read)
        if self.manners.says_often:
            self._say_often()

    def unplug(self) -> None:
        """Disappear, in the middle of whatever happens."""
        for timer in self._timers:
            timer.cancel()
        if self._ends is not None:
            self._loop.remove_reader(self._ends[0])
            for end in self._ends:
                os.close(end)
            self._ends = None
            Path(self.port).unlink(missing_ok=True)

    def say(self, line: str) -> None:
        """An unsolicited line."""
        before, after = self.manners.line_ends
        self._write(f"{before}{line}{after}".encode())

    def press(self, digit: str, form: str = "+DTMF: {}") -> None:
        """A key at the other end."""
        self.say(form.format(digit))

    def receive(self, sender: str, text: str, sent_at: float | None = None) -> None:
        """A message comes in; a long one in parts, the last one first."""
        if len(text) <= 70:
            self._arrive(encode_deliver(sender, text, sent_at, centre=self.manners.centre))
            return
        parts = [text[start : start + 67] for start in range(0, len(text), 67)]
        for number, part in reversed(list(enumerate(parts, 1))):
            place = (len(text) % 256, len(parts), number)
            centre = self.manners.centre
            self._arrive(encode_deliver(sender, part, sent_at, part=place, centre=centre))

    def report(self, sender: str, reference: int = 1) -> None:
        """A message that was sent has arrived: the report is stored among the messages."""
        self._arrive(encode_report(sender, reference))

    def _arrive(self, pdu: str) -> None:
        manners = self.manners
        if manners.gives_at_once:
            self.given.add(pdu)
            length = len(pdu) // 2 - len(manners.centre) // 2
            before, after = manners.line_ends
            self._write(f"{before}+CMT: ,{length}{after}{pdu}{after}".encode())
            return
        for _ in range(2 if manners.arrives_twice else 1):
            if len(self.inbox) >= manners.store_size:
                return  # the network keeps it, and tries again some day
            index = next(n for n in range(1, manners.store_size + 1) if n not in self.inbox)
            self.inbox[index] = pdu
            if manners.tells_store:
                self.say(manners.tells_store.format(store=manners.arrives_in, index=index))

    def ring(self, number: str) -> None:
        """Somebody calls."""
        self._call = _Call(number, state=4, is_incoming=True)
        self.say("RING")
        self.say(f'+CLIP: "{number}",129,,,,0')

    def end_call(self) -> None:
        """The other end hangs up."""
        self._call = None
        self._say_end("NO CARRIER")

    @property
    def is_in_call(self) -> bool:
        """Whether any call stands or rings."""
        return self._call is not None

    # ------------------------------------------------------------------ the wire

    def _write(self, data: bytes) -> None:
        size = self.manners.piece_bytes or max(1, len(data))
        for start in range(0, len(data), size):
            if self._ends is not None:
                with contextlib.suppress(OSError):
                    os.write(self._ends[0], data[start : start + size])

    def _answer(self, *lines: str) -> None:
        self._write(self.manners.noise + self._formed(lines))

    def _formed(self, lines: tuple[str, ...]) -> bytes:
        *others, last = lines
        if self._is_quiet:
            last = ""
        elif self._is_numeric and last in _RESULTS:
            last = _RESULTS[last]
        before, after = self.manners.line_ends
        written = [f"{before}{line}{after}".encode() for line in (*others, last) if line]
        return self.manners.within.join(written)

    def _say_often(self) -> None:
        self.say(self.manners.says_often)
        self._later(_OFTEN_SECONDS, self._say_often)

    def _read(self) -> None:
        try:
            data = os.read(self._ends[0], 4096) if self._ends else b""
        except OSError:
            return
        if self.manners.is_dead:
            return
        if self._is_dialling and data.strip():
            self._give_up_dialling()
        if self._echo:
            self._write(data)
        self._buffer += data
        while True:
            end = re.search(rb"[\x1a\x1b]" if self._is_taking_pdu else rb"[\r\x1b]", self._buffer)
            if end is None:
                return
            body, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
            if self._is_taking_pdu:
                self._is_taking_pdu = False
                self._take_pdu(body.decode("ascii"), is_sent=end.group() == b"\x1a")
            elif body.strip():
                command = body.decode("latin-1").strip()
                self.commands.append(command)
                self._hear(command)

    def _hear(self, command: str) -> None:
        name = command.upper().partition("=")[0]
        if self._restarts_at and name.startswith(self._restarts_at):
            self._restarts_at = ""
            self._forget()
            self.say("RDY")
            return
        late_name = "ATD" if name.startswith("ATD") else name
        if seconds := self._late.pop(late_name, 0.0):
            self._later(seconds, lambda: self._obey(command))
        else:
            self._obey(command)

    def _forget(self) -> None:
        """Switched on: nothing that was set is left."""
        self._echo, self._is_taking_pdu, self._call = True, False, None
        self._is_numeric, self._is_quiet = self.manners.is_numeric, self.manners.is_quiet
        self._store, self._is_dialling = self.manners.reads_from, False
        if self.manners.pin_tries is not None:
            self.manners.sim = "SIM PIN"

    def _take_pdu(self, hexadecimal: str, *, is_sent: bool) -> None:
        if not is_sent:
            self._answer("OK")
        elif self.manners.refuse_sms:
            self._answer(self.manners.refuse_sms)
        else:
            self.sent.append(decode_submit(hexadecimal))
            if not self.manners.swallow_sms:
                self._answer(f"+CMGS: {len(self.sent)}", "OK")

    # ------------------------------------------------------------------ commands

    def _obey(self, command: str) -> None:
        name, _, value = command.upper().partition("=")
        manners = self.manners
        fixed = {
            "AT+CREG?": f"+CREG: 0,{manners.registration}",
            "AT+CSQ": f"+CSQ: {manners.signal},99",
            "AT+CBC": f"+CBC: {manners.battery}",
        }
        if name in manners.unknown:
            self._answer(manners.unknown_says)
        elif name in fixed:
            self._answer(fixed[name], "OK")
        elif re.fullmatch(r"AT(?:[EQV][01])+", name):
            self._echo = "E1" in name or ("E0" not in name and self._echo) or manners.keeps_echo
            self._is_numeric = self._is_numeric and "V1" not in name
            self._is_quiet = self._is_quiet and "Q0" not in name
            self._answer("OK")
        elif name == "AT+CMGF" and value == "0" and not manners.takes_pdu:
            self._answer(manners.unknown_says)
        elif name in _TAKEN or name.startswith("ATS0"):
            self._answer("OK")
        elif name.startswith("AT+CPIN"):
            self._obey_card(name, value)
        elif name.startswith(("AT+CMG", "AT+CPMS")):
            self._obey_messages(name, value)
        else:
            self._obey_call(command)

    def _obey_card(self, name: str, value: str) -> None:
        manners = self.manners
        if name == "AT+CPIN?" and self._busy:
            self._busy -= 1
            self._answer("+CME ERROR: 14")
        elif name == "AT+CPIN?":
            self._answer(manners.says_state.format(manners.sim), "OK")
        elif name == "AT+CPINR" and manners.pin_tries is not None:
            self._answer(f"+CPINR: SIM PIN,{manners.pin_tries},3", "OK")
        elif name == "AT+CPIN" and value == '"4321"' and manners.sim == "SIM PIN":
            manners.sim = "READY"
            self._answer("OK")
        else:
            self._answer("+CME ERROR: 16" if name == "AT+CPIN" else manners.unknown_says)

    def _obey_messages(self, name: str, value: str) -> None:
        manners, store = self.manners, self.stores.setdefault(self._store, {})
        if name == "AT+CMGS" and value.isdigit():
            self._is_taking_pdu = True
            prompt = manners.noise + manners.prompt
            self._later(manners.prompt_after_seconds, lambda: self._write(prompt))
        elif name == "AT+CPMS" and manners.stores and value == "?":
            names = ",".join(f'"{each}"' for each in manners.stores)
            self._answer(f"+CPMS: ({names}),({names}),({names})", "OK")
        elif name == "AT+CPMS" and self._may_choose(value.replace('"', "").split(",")):
            self._store = value.partition(",")[0].strip('"')
            used = f"{len(self.stores.setdefault(self._store, {}))},{manners.store_size}"
            self._answer(f"+CPMS: {used},{used},{used}", "OK")
        elif name == "AT+CMGL" and manners.lists != "refused":
            lines = self._listed(store) if manners.lists == "all" else []
            self._answer(*lines, "OK")
        elif name == "AT+CMGR" and int(value) in store:
            pdu = store[int(value)]
            self.given.add(pdu)
            head = f"+CMGR: 1,{manners.head_name},{self._length(pdu)}"
            self._answer(head, pdu + manners.remains, "OK")
        elif name == "AT+CMGD" and value.isdigit():
            pdu = store.pop(int(value), "")
            if pdu and pdu not in self.given:
                self.deleted_unread.append(pdu)
            self._answer("OK")
        elif name == "AT+CMGR":
            self._answer("+CMS ERROR: 321")
        else:
            self._answer(manners.unknown_says)

    def _may_choose(self, stores: list[str]) -> bool:
        manners = self.manners
        return set(stores) <= set(manners.stores) and len(stores) in manners.store_counts

    def _listed(self, store: dict[int, str]) -> list[str]:
        lines = []
        for index, pdu in store.items():
            state = 2 if pdu in self.manners.drafts else 0
            lines.append(f"+CMGL: {index},{state},{self.manners.head_name},{self._length(pdu)}")
            if self.manners.drops_bodies:
                self.manners.drops_bodies -= 1
                continue
            lines.append(pdu + self.manners.remains)
            self.given.add(pdu)
        return lines

    def _length(self, pdu: str) -> int:
        return len(pdu) // 2 - len(self.manners.centre) // 2 + self.manners.length_error

    # ------------------------------------------------------------------ calls

    def _obey_call(self, command: str) -> None:
        call, manners = self._call, self.manners
        if command == "AT+CLCC" and manners.knows_clcc:
            self._answer(*self._calls(), "OK")
        elif number := re.fullmatch(r"ATD(\+?\d+);", command):
            self.dialled.append(number.group(1))
            if call is not None and call.is_incoming and manners.refuses_while_ringing:
                self._answer("NO CARRIER")
            else:
                self._place(_Call(number.group(1)))
        elif command == "ATA" and call is not None and call.state == 4:
            call.state = 0
            self._answer("OK")
        elif command == "ATH" or (command == "AT+CHUP" and manners.knows_chup):
            self._call = None
            self._answer("OK")
            if call is not None and manners.ends_late_seconds:
                self._later(manners.ends_late_seconds, lambda: self.say("NO CARRIER"))
        else:
            self._answer(manners.unknown_says)

    def _calls(self) -> list[str]:
        lines = ["+CLCC: 2,0,0,1,0"] if self.manners.lists_data_call else []
        if self._call is not None and self._unlisted:
            self._unlisted -= 1
        elif self._call is not None:
            direction = int(self._call.is_incoming)
            form = self.manners.call_form
            values = {"state": self._call.state, "number": self._call.number}
            lines.append(form.format(direction=direction, **values))
        return lines

    def _place(self, call: _Call) -> None:
        manners = self.manners
        if manners.call == "no carrier":
            self._answer("NO CARRIER")
            return
        self._call, self._unlisted = call, manners.calls_unlisted
        for line in manners.dial_says:
            self.say(line)
        self._is_dialling = manners.dial_answers == "when taken"
        if not self._is_dialling:
            self._answer("OK")
        self._later(0.05, lambda: setattr(call, "state", 3))
        if manners.call == "answer":
            self._later(manners.answer_after_seconds, lambda: self._take(call))
        elif manners.call != "for ever":
            ending = {"busy": "BUSY", "no answer": "NO ANSWER", "decline": "NO CARRIER"}
            how = ending[manners.call]
            self._later(manners.answer_after_seconds, lambda: self._refuse(call, how))

    def _take(self, call: _Call) -> None:
        if self._call is not call:
            return
        call.state = 0
        for line in self.manners.taken_says:
            self.say(line)
        if self._is_dialling:
            self._is_dialling = False
            self._answer("OK")

    def _refuse(self, call: _Call, ending: str) -> None:
        if self._call is not call:
            return
        self._call = None
        if self._is_dialling:
            self._is_dialling = False
            self._answer(ending)
        else:
            self._say_end(ending)

    def _give_up_dialling(self) -> None:
        """Any character ends a command that has no answer yet (V.250, 5.6.1)."""
        self._is_dialling, self._call = False, None
        self._answer("NO CARRIER")

    def _say_end(self, ending: str) -> None:
        for line in (*self.manners.ended_says, ending):
            self.say(line)

    def _later(self, seconds: float, work: Callable[[], object]) -> None:
        if seconds:
            self._timers.append(self._loop.call_later(seconds, work))
        else:
            work()
