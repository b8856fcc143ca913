"""The calls of the simulated modem: made, taken, refused and listed as its manners say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulators.modem_manners import ModemManners
from simulators.modem_wire import ModemWire


@dataclass(slots=True)
class _Call:
    number: str
    state: int = 2
    """As AT+CLCC gives it: 0 stands, 2 is dialled, 3 rings there, 4 rings here."""
    is_incoming: bool = False


class ModemCalls:
    """One call at a time, in either direction."""

    def __init__(self, wire: ModemWire, manners: ModemManners) -> None:
        self._wire = wire
        self._manners = manners
        self.dialled: list[str] = []
        self._call: _Call | None = None
        self._is_dialling = False
        """ATD was not answered yet."""
        self._unlisted = 0

    @property
    def is_in_call(self) -> bool:
        """Whether any call stands or rings."""
        return self._call is not None

    def forget(self) -> None:
        """Hold no call, like a modem that was just switched on."""
        self._call, self._is_dialling = None, False

    # ------------------------------------------------------------------ the other end

    def ring(self, number: str) -> None:
        """Somebody calls."""
        self._call = _Call(number, state=4, is_incoming=True)
        self._wire.say("RING")
        self._wire.say(f'+CLIP: "{number}",129,,,,0')

    def end(self) -> None:
        """The other end hangs up."""
        self._call = None
        self._say_end("NO CARRIER")

    def press(self, digit: str, form: str = "+DTMF: {}") -> None:
        """A key at the other end."""
        self._wire.say(form.format(digit))

    # ------------------------------------------------------------------ the driver

    def obey(self, command: str) -> None:
        """A command on calls, or one that no modem knows."""
        call, manners = self._call, self._manners
        if command == "AT+CLCC" and manners.knows_clcc:
            self._wire.answer(*self._listed(), "OK")
        elif number := re.fullmatch(r"ATD(\+?\d+);", command):
            self.dialled.append(number.group(1))
            if call is not None and call.is_incoming and manners.refuses_while_ringing:
                self._wire.answer("NO CARRIER")
            else:
                self._place(_Call(number.group(1)))
        elif command == "ATA" and call is not None and call.state == 4:
            call.state = 0
            self._wire.answer("OK")
        elif command == "ATH" or (command == "AT+CHUP" and manners.knows_chup):
            self._call = None
            self._wire.answer("OK")
            if call is not None and manners.ends_late_seconds:
                self._wire.later(manners.ends_late_seconds, lambda: self._wire.say("NO CARRIER"))
        else:
            self._wire.answer(manners.unknown_says)

    def give_up_dialling(self) -> None:
        """Any character ends a command that has no answer yet (V.250, 5.6.1)."""
        if self._is_dialling:
            self._is_dialling, self._call = False, None
            self._wire.answer("NO CARRIER")

    def _listed(self) -> list[str]:
        lines = ["+CLCC: 2,0,0,1,0"] if self._manners.lists_data_call else []
        if self._call is not None and self._unlisted:
            self._unlisted -= 1
        elif self._call is not None:
            direction = int(self._call.is_incoming)
            form = self._manners.call_form
            values = {"state": self._call.state, "number": self._call.number}
            lines.append(form.format(direction=direction, **values))
        return lines

    def _place(self, call: _Call) -> None:
        manners = self._manners
        if manners.call == "no carrier":
            self._wire.answer("NO CARRIER")
            return
        self._call, self._unlisted = call, manners.calls_unlisted
        for line in manners.dial_says:
            self._wire.say(line)
        self._is_dialling = manners.dial_answers == "when taken"
        if not self._is_dialling:
            self._wire.answer("OK")
        self._wire.later(0.05, lambda: setattr(call, "state", 3))
        if manners.call == "answer":
            self._wire.later(manners.answer_after_seconds, lambda: self._take(call))
        elif manners.call != "for ever":
            ending = {"busy": "BUSY", "no answer": "NO ANSWER", "decline": "NO CARRIER"}
            how = ending[manners.call]
            self._wire.later(manners.answer_after_seconds, lambda: self._refuse(call, how))

    def _take(self, call: _Call) -> None:
        if self._call is not call:
            return
        call.state = 0
        for line in self._manners.taken_says:
            self._wire.say(line)
        if self._is_dialling:
            self._is_dialling = False
            self._wire.answer("OK")

    def _refuse(self, call: _Call, ending: str) -> None:
        if self._call is not call:
            return
        self._call = None
        if self._is_dialling:
            self._is_dialling = False
            self._wire.answer(ending)
        else:
            self._say_end(ending)

    def _say_end(self, ending: str) -> None:
        for line in (*self._manners.ended_says, ending):
            self._wire.say(line)
