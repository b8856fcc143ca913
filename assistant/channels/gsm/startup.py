"""What a modem is asked and told when it was opened: its SIM card unlocked, its manners set."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Final

from assistant.channels.gsm.dialogue import Dialogue, ModemError, ModemSilentError

log = logging.getLogger(__name__)

SIM_TRIES: Final = 20
SIM_PAUSE_SECONDS: Final = 0.5
"""How long is waited between two questions to a SIM card, which is busy for up to ten seconds after
it is switched on (gammu issue 93)."""
FULL_TRIES: Final = 3
"""How often a wrong PIN may be entered until the card is locked (TS 31.101)."""
MESSAGES: Final = "AT+CMGF=0"
_WISHES: Final = (
    *(("ATE0",), ("AT+CMEE=1",)),
    (MESSAGES,),
    # Where new messages are told of; not all modems know all values (TS 27.005 section 3.4.1).
    ("AT+CNMI=2,1,0,0,0", "AT+CNMI=1,1,0,0,0", "AT+CNMI=2,1", "AT+CNMI=1,1"),
    # Callers are shown; no call is answered by the modem itself; dialling answers at once; how
    # calls are ended.
    *(("AT+CLIP=1",), ("ATS0=0",), ("AT+COLP=0",), ("AT+CVHU=0",)),
    # Three makers' ways to hear keys.
    *(("AT+DDET=1",), ("AT+QTONEDET=1",), ("AT^DTMF=1",)),
)
_WISH_SECONDS: Final = 2.0
_USABLE: Final = frozenset({"READY", "SIM PIN2", "SIM PUK2"})
"""The states of a usable card; the second PIN is for its own phone book: calls and messages work
without it."""
_BUSY: Final = re.compile(r"ERROR: ?(?:14|515|.*busy.*|.*wait.*)", re.IGNORECASE)


class Pin:
    """The SIM card's PIN, with the care that three wrong ones lock the card."""

    def __init__(self, digits: str) -> None:
        self._digits = digits
        self._may_be_wrong = False

    async def unlock(self, dialogue: Dialogue) -> None:
        """Enter it if, and only if, the card asks for just this PIN and all tries are left.

        Raises:
            ModemError: the SIM card is not ready; says what it waits for.
        """
        state = await _card(dialogue)
        if state in _USABLE:
            return
        is_given = re.fullmatch(r"[0-9]{4,8}", self._digits) is not None
        if state != "SIM PIN" or not is_given or self._may_be_wrong:
            raise ModemError(f"the SIM card is not ready ({state})")
        left = await _tries_left(dialogue)
        if left is not None and left < FULL_TRIES:
            raise ModemError(
                f"the SIM card is not ready (SIM PIN, {left} tries left); enter the right PIN once "
                "in a telephone"
            )
        self._may_be_wrong = True
        await dialogue.ask(f'AT+CPIN="{self._digits}"', seconds=10.0)
        self._may_be_wrong = False
        await _card(dialogue)


async def set_up(dialogue: Dialogue, pin: Pin) -> frozenset[str]:
    """Make an opened modem ready; gives the commands that it does not know.

    Raises:
        ModemError: no answer, or the SIM card is not ready.
    """
    refused = set()
    try:
        # Answers, in words, without an echo: as one command, for without them no answer is known.
        await dialogue.ask("ATQ0V1E0", tries=2, seconds=1.0)
    except ModemError:
        await dialogue.ask("AT", tries=3, seconds=1.0)
    await pin.unlock(dialogue)
    for wish in _WISHES:
        if not await _wish(dialogue, wish):
            refused.add(wish[0])
    return frozenset(refused)


async def _wish(dialogue: Dialogue, commands: tuple[str, ...]) -> bool:
    """Send the first of some commands that the modem takes; no modem knows all of them."""
    for command in commands:
        try:
            await dialogue.ask(command, seconds=_WISH_SECONDS)
        except ModemSilentError:
            if dialogue.line.lost.is_set():
                raise
            log.info("the modem does not answer %s", command)
        except ModemError:
            log.debug("the modem does not know %s", command)
        else:
            return True
    return False


async def _card(dialogue: Dialogue) -> str:
    """Ask what the SIM card waits for, such as READY, SIM PIN, SIM PIN2, PH-SIM PIN, SIM PUK."""
    for left in reversed(range(SIM_TRIES)):
        try:
            lines = await dialogue.ask("AT+CPIN?", "+CPIN:", tries=2, needs_line=True)
        except ModemSilentError:
            raise
        except ModemError as error:
            if "COMMAND NOT SUPPORT" in str(error):
                return "READY"  # it asks for none
            if left == 0 or not _BUSY.search(str(error)):
                raise ModemError(f"the SIM card is not ready ({error})") from error
            await asyncio.sleep(SIM_PAUSE_SECONDS)
        else:
            return lines[-1].partition(":")[2].strip().strip('"').upper()
    raise AssertionError("unreachable")


async def _tries_left(dialogue: Dialogue) -> int | None:
    """Ask how often the PIN may still be entered; None: the modem does not say."""
    # TS 27.007 section 8.65, and SIMCom's own.
    for command, prefix in (("AT+CPINR", "+CPINR:"), ("AT+SPIC", "+SPIC:")):
        try:
            lines = await dialogue.ask(command, prefix, seconds=_WISH_SECONDS)
        except ModemError:
            continue
        found = re.search(r":(?: ?\"?SIM PIN\"?,)? ?(\d+)", lines[0] if lines else "")
        if found is not None:
            return int(found[1])
    return None
