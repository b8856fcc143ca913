"""A GSM modem on a pseudo-terminal: speaks AT, decodes what it is given to send, rings and answers.

`modem_manners` says how it may behave, `modem_quirks` names what real modems were reported to do.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Self

from simulators.modem_calls import ModemCalls
from simulators.modem_manners import ModemManners
from simulators.modem_messages import ModemMessages
from simulators.modem_wire import ModemWire

_TAKEN: Final = frozenset(
    {"AT", "AT+CMEE", "AT+CMGF", "AT+CNMI", "AT+CLIP", "AT+COLP"} | {"AT+DDET", "AT+CPCMREG"}
)


class SimulatedModem:
    """`with SimulatedModem(folder) as modem: modem.port …`; runs on the event loop."""

    def __init__(self, folder: Path, manners: ModemManners | None = None) -> None:
        self.port = str(folder / "modem")
        """A stable name, as /dev/serial/by-id gives one."""
        self.manners: Final = manners or ModemManners()
        self.commands: list[str] = []
        self.wire = ModemWire(
            Path(self.port),
            self.manners,
            on_command=self._hear,
            on_pdu=lambda pdu, is_sent: self.messages.take_pdu(pdu, is_sent=is_sent),
            on_characters=lambda: self.calls.give_up_dialling(),  # noqa: PLW0108  (made below)
        )
        self.messages = ModemMessages(self.wire, self.manners)
        self.calls = ModemCalls(self.wire, self.manners)
        self._late = dict(self.manners.late_seconds)
        self._restarts_at = self.manners.restarts_at
        self._busy = self.manners.sim_busy

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """Appear on the system, switched on."""
        self._forget()
        self.wire.plug()

    def unplug(self) -> None:
        """Disappear, in the middle of whatever happens."""
        self.wire.unplug()

    def _forget(self) -> None:
        """Switched on: nothing that was set is left."""
        self.wire.forget()
        self.messages.forget()
        self.calls.forget()
        if self.manners.pin_tries is not None:
            self.manners.sim = "SIM PIN"

    def _hear(self, command: str) -> None:
        self.commands.append(command)
        name = command.upper().partition("=")[0]
        if self._restarts_at and name.startswith(self._restarts_at):
            self._restarts_at = ""
            self._forget()
            self.wire.say("RDY")
            return
        late_name = "ATD" if name.startswith("ATD") else name
        if seconds := self._late.pop(late_name, 0.0):
            self.wire.later(seconds, lambda: self._obey(command))
        else:
            self._obey(command)

    def _obey(self, command: str) -> None:
        name, _, value = command.upper().partition("=")
        manners = self.manners
        fixed = {
            "AT+CREG?": f"+CREG: 0,{manners.registration}",
            "AT+CSQ": f"+CSQ: {manners.signal},99",
            "AT+CBC": f"+CBC: {manners.battery}",
        }
        if name in manners.unknown:
            self.wire.answer(manners.unknown_says)
        elif name in fixed:
            self.wire.answer(fixed[name], "OK")
        elif re.fullmatch(r"AT(?:[EQV][01])+", name):
            self.wire.obey_form(name)
        elif name == "AT+CMGF" and value == "0" and not manners.takes_pdu:
            self.wire.answer(manners.unknown_says)
        elif name in _TAKEN or name.startswith("ATS0"):
            self.wire.answer("OK")
        elif name.startswith("AT+CPIN"):
            self._obey_card(name, value)
        elif name.startswith(("AT+CMG", "AT+CPMS")):
            self.messages.obey(name, value)
        else:
            self.calls.obey(command)

    def _obey_card(self, name: str, value: str) -> None:
        manners = self.manners
        if name == "AT+CPIN?" and self._busy:
            self._busy -= 1
            self.wire.answer("+CME ERROR: 14")
        elif name == "AT+CPIN?":
            self.wire.answer(manners.says_state.format(manners.sim), "OK")
        elif name == "AT+CPINR" and manners.pin_tries is not None:
            self.wire.answer(f"+CPINR: SIM PIN,{manners.pin_tries},3", "OK")
        elif name == "AT+CPIN" and value == '"4321"' and manners.sim == "SIM PIN":
            manners.sim = "READY"
            self.wire.answer("OK")
        else:
            self.wire.answer("+CME ERROR: 16" if name == "AT+CPIN" else manners.unknown_says)
