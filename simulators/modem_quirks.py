"""What real modems were reported to do, one entry for each public report.

A driver that holds with all of them holds with most modems there are; the channel's tests run
over every entry (`tests/channels/test_modem_quirks.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from simulators.modem_manners import ModemManners

_GITHUB: Final = "https://github.com"
_NONE: Final = "no public report known; nothing in 3GPP TS 27.005 or 27.007 forbids it"


@dataclass(frozen=True, slots=True)
class Quirk:
    """One behaviour."""

    name: str
    what: str
    report: str
    """Where it was reported, or the standard that allows it."""
    manners: dict[str, Any] = field(default_factory=dict)
    """Fields of `ModemManners`."""
    sends: bool = True
    """Whether a modem of this kind can send messages at all."""

    def applied(self, **changes: Any) -> ModemManners:
        """The manners of a modem that behaves so."""
        return replace(ModemManners(answer_after_seconds=0.15), **self.manners, **changes)


_ALL: Final = (
    # ------------------------------------------------- lines that nobody asked for
    Quirk(
        "rssi_within_answers",
        "Huawei's ^RSSI between the head of a message and its body, and before OK",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/40",
        {"within": b"\r\n^RSSI: 20\r\n"},
    ),
    Quirk(
        "rssi_before_answers",
        "^RSSI before the answer (Huawei E171)",
        f"{_GITHUB}/babca/python-gsmmodem/issues/47",
        {"noise": b"\r\n^RSSI:3\r\n"},
    ),
    Quirk(
        "boot_all_the_time",
        "^BOOT every few seconds, which is no reset (Huawei E1752)",
        f"{_GITHUB}/gammu/gammu/issues/138",
        {"says_often": "^BOOT:35323129,0,0,0,26"},
    ),
    Quirk(
        "registration_within_answers",
        "+CREG and ^MODE in the middle of answers",
        f"{_GITHUB}/zabsalahid/serialport-gsm/issues/35",
        {"within": b"\r\n+CREG: 1\r\n\r\n^MODE:5,4\r\n"},
    ),
    Quirk(
        "network_time_within_answers",
        "*PSUTTZ, DST and +CIEV in the middle of answers (SIM800)",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/56",
        {"within": b'\r\n*PSUTTZ: 26,11,30,3,20,1,"+32",0\r\n\r\nDST: 0\r\n\r\n+CIEV: 10,"x"\r\n'},
    ),
    Quirk(
        "ready_lines_after_start",
        "Call Ready and SMS Ready in the middle of whatever is asked (SIM800L)",
        f"{_GITHUB}/vshymanskyy/TinyGSM/issues/537",
        {"noise": b"\r\nCall Ready\r\n\r\nSMS Ready\r\n"},
    ),
    Quirk(
        "report_line_before_answers",
        "+CDSI before the answer to another question (BGS5)",
        f"{_GITHUB}/gammu/gammu/issues/759",
        {"noise": b'\r\n+CDSI: "SR",1\r\n'},
    ),
    # ------------------------------------------------- how it writes
    Quirk(
        "junk_bytes",
        "junk of the radio part and other 8-bit characters between lines (SIM800L)",
        f"{_GITHUB}/esphome/issues/issues/4425",
        {"noise": b"\xff\x00\x80\xfe", "within": b"\x81\xc3"},
    ),
    Quirk(
        "echo_that_stays",
        "the echo cannot be switched off, also of protocol data units",
        f"{_GITHUB}/gammu/gammu/issues/88",
        {"keeps_echo": True},
    ),
    Quirk(
        "bare_line_feeds",
        "lines end with a line feed alone",
        "3GPP TS 27.007 section 4.1: S3 and S4 set what ends a line",
        {"line_ends": ("\n", "\n")},
    ),
    Quirk(
        "doubled_returns",
        "two carriage returns before each line feed (Huawei E1752)",
        f"{_GITHUB}/gammu/gammu/issues/126",
        {"line_ends": ("\r\r\n", "\r\r\n")},
    ),
    Quirk(
        "lines_in_pieces",
        "answers arrive byte by byte, as a modem multiplexed over USB gives them",
        f"{_GITHUB}/espressif/esp-protocols/issues/305",
        {"piece_bytes": 1},
    ),
    Quirk(
        "results_in_digits",
        "results are digits until they are asked for in words",
        f"{_GITHUB}/GideonZ/1541ultimate/pull/207",
        {"is_numeric": True},
    ),
    Quirk(
        "results_switched_off",
        "no results at all until they are switched on (ATQ1 was saved)",
        f"{_GITHUB}/gammu/gammu/issues/488",
        {"is_quiet": True},
    ),
    # ------------------------------------------------- what it does not know
    Quirk(
        "command_not_support",
        "COMMAND NOT SUPPORT instead of ERROR (Huawei E1752, E173)",
        f"{_GITHUB}/gammu/wammu/issues/44",
        {"unknown_says": "COMMAND NOT SUPPORT", "unknown": frozenset({"AT+CNMI", "AT+CLIP"})},
    ),
    Quirk(
        "error_with_number",
        "+CME ERROR: 100 for what it does not know (SIM800C)",
        f"{_GITHUB}/babca/python-gsmmodem/issues/64",
        {"unknown_says": "+CME ERROR: 100", "unknown": frozenset({"AT+CMEE", "AT+CLIP"})},
    ),
    Quirk(
        "error_in_words",
        "+CME ERROR in words (operation not allowed)",
        f"{_GITHUB}/emilsedgh/modem/issues/37",
        {"unknown_says": "+CME ERROR: operation not allowed", "unknown": frozenset({"AT+CNMI"})},
    ),
    Quirk(
        "no_stores_to_choose",
        "AT+CPMS is not known at all",
        f"{_GITHUB}/gammu/gammu/issues/837",
        {"stores": ()},
    ),
    Quirk(
        "three_stores_at_once",
        "AT+CPMS is refused unless all three stores are named (Huawei E3372-325)",
        f"{_GITHUB}/gammu/gammu/issues/829",
        {"store_counts": (3,), "arrives_in": "ME"},
    ),
    Quirk(
        "two_stores_at_once",
        "AT+CPMS takes two stores at most (Wavecom)",
        f"{_GITHUB}/barnybug-archive/gogsmmodem/pull/1",
        {"store_counts": (2,), "stores": ("SM", "BM", "SR"), "reads_from": "BM"},
    ),
    # ------------------------------------------------- late, busy, reset
    Quirk(
        "signal_answered_late",
        "an answer comes after its time, when the next command is under way",
        f"{_GITHUB}/bg111/asterisk-chan-dongle/issues/97",
        {"late_seconds": {"AT+CLIP": 2.1}},
    ),
    Quirk(
        "one_command_unanswered",
        "one command is never answered, all others are (Huawei E173, E1731, E180)",
        f"{_GITHUB}/bg111/asterisk-chan-dongle/issues/97",
        {"late_seconds": {"AT+COLP": 3_600.0}},
    ),
    Quirk(
        "sim_busy",
        "+CME ERROR: 14 until the SIM card has started",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/10",
        {"sim_busy": 2},
    ),
    Quirk(
        "state_without_blank",
        "+CPIN:READY without a blank (A7)",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/117",
        {"says_state": "+CPIN:{}"},
    ),
    Quirk(
        "second_pin_wanted",
        "SIM PIN2 for the card's own phone book; calls and messages work",
        f"{_GITHUB}/QuentinCG/GSM-TC35-Python-Library/issues/3",
        {"sim": "SIM PIN2"},
    ),
    Quirk(
        "resets_itself",
        "RDY in the middle of a command: all settings are gone (A7)",
        f"{_GITHUB}/loboris/MicroPython_ESP32_psRAM_LoBo/issues/220",
        {"restarts_at": "AT+CNMI"},
    ),
    # ------------------------------------------------- messages
    Quirk(
        "prompt_without_blank",
        "the prompt is > and an end of line (SIM7670G)",
        f"{_GITHUB}/gammu/gammu/issues/1176",
        {"prompt": b"\r\n>\r\n"},
    ),
    Quirk(
        "prompt_and_message_at_once",
        "the prompt and +CMTI arrive together",
        f"{_GITHUB}/zabsalahid/serialport-gsm/issues/35",
        {"prompt": b'\r\n> \r\n+CMTI: "SM",9\r\n'},
    ),
    Quirk(
        "prompt_behind_message",
        "+CMTI, then the prompt in the same line's end",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/11",
        {"prompt": b'\r\n+CMTI: "SM",9\r\n\r\n>'},
    ),
    Quirk(
        "prompt_late",
        "the prompt takes a while",
        f"{_GITHUB}/gammu/gammu/issues/61",
        {"prompt_after_seconds": 0.3},
    ),
    Quirk(
        "stored_in_the_modem",
        "messages go to ME, the list shows SM (Huawei E3531)",
        f"{_GITHUB}/gammu/gammu/issues/373",
        {"arrives_in": "ME"},
    ),
    Quirk(
        "stored_on_the_card",
        "messages go to SM, the list shows ME",
        f"{_GITHUB}/bg111/asterisk-chan-dongle/issues/31",
        {"reads_from": "ME"},
    ),
    Quirk(
        "new_messages_not_told",
        "no +CMTI (SIM900 without AT+CNMI)",
        f"{_GITHUB}/Seeed-Studio/GPRS_Shield_Suli/issues/2",
        {"tells_store": "", "unknown": frozenset({"AT+CNMI"})},
    ),
    Quirk(
        "told_without_place",
        "+CMTI: ,-1 names neither store nor index (SIM7000G)",
        f"{_GITHUB}/Xinyuan-LilyGO/T-SIM7600X/issues/63",
        {"tells_store": "+CMTI: ,-1"},
    ),
    Quirk(
        "told_in_unknown_store",
        '+CMTI: "SL",1 names a store that does not exist (SIM800L)',
        f"{_GITHUB}/esphome/issues/issues/4425",
        {"tells_store": '+CMTI: "SL",{index}'},
    ),
    Quirk(
        "lists_nothing",
        "AT+CMGL gives OK and no message although there is one",
        f"{_GITHUB}/gammu/gammu/issues/508",
        {"lists": "nothing"},
    ),
    Quirk(
        "cannot_list",
        "AT+CMGL is refused, each message is to be read by its index",
        _NONE,
        {"lists": "refused"},
    ),
    Quirk(
        "wrong_length",
        "the length in the head of a message is wrong",
        _NONE,
        {"length_error": 3},
    ),
    Quirk(
        "body_missing_at_first",
        "a message is listed without its body, and whole the next time",
        _NONE,
        {"drops_bodies": 1},
    ),
    Quirk(
        "names_in_heads",
        "a name or number stands in the head of a message",
        f"{_GITHUB}/faucamp/python-gsmmodem/pull/27",
        {"head_name": '"71231231234, home"'},
    ),
    Quirk(
        "remains_behind_messages",
        "what an older, longer message left stands behind a short one",
        f"{_GITHUB}/eeeeeta/huawei-modem/pull/23",
        {"remains": "0041004200430044"},
    ),
    Quirk(
        "drafts_among_messages",
        "messages that were written on this SIM card are listed, too",
        f"{_GITHUB}/eeeeeta/matrix-appservice-sms/issues/12",
        {"drafts": ("0011000B916407281553F80000A70AE8329BFD4697D9EC37",)},
    ),
    Quirk(
        "no_centre_in_messages",
        "the service centre's field is left out",
        f"{_GITHUB}/futomi/node-sms-pdu/issues/3",
        {"centre": ""},
    ),
    Quirk(
        "messages_at_once",
        "messages are handed over with +CMT and stored nowhere, as flash messages are",
        f"{_GITHUB}/Seeed-Studio/GPRS_SIM900/issues/50",
        {"gives_at_once": True},
    ),
    Quirk(
        "messages_twice",
        "the network delivers a message twice (home assistant saw each again and again)",
        f"{_GITHUB}/home-assistant/core/issues/40462",
        {"arrives_twice": True},
    ),
    Quirk(
        "text_mode_only",
        "no protocol data units: calls go, messages do not",
        f"{_GITHUB}/zabsalahid/serialport-gsm/issues/137",
        {"takes_pdu": False},
        sends=False,
    ),
    # ------------------------------------------------- calls
    Quirk(
        "dial_answered_when_taken",
        "ATD is answered only when the call is taken or over",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/12",
        {"dial_answers": "when taken"},
    ),
    Quirk(
        "dial_tells_number_first",
        "+COLP before the answer to ATD",
        f"{_GITHUB}/warthog618/modem/issues/2",
        {"dial_answers": "when taken", "taken_says": ('+COLP: "13800138000",129',)},
    ),
    Quirk(
        "huawei_call_lines",
        "^ORIG, ^CONN and ^CEND, and no list of calls (Huawei E303C)",
        f"{_GITHUB}/bg111/asterisk-chan-dongle/issues/296",
        {
            "knows_clcc": False,
            "unknown_says": "COMMAND NOT SUPPORT",
            "dial_says": ("^ORIG:1,0",),
            "taken_says": ("^CONN:1,0",),
            "ended_says": ("^CEND:1,0,29,31",),
        },
    ),
    Quirk(
        "simcom_call_lines",
        "VOICE CALL: BEGIN when it only rings, and the list tells the truth (SIM7600)",
        f"{_GITHUB}/wdoekes/asterisk-chan-dongle/pull/162",
        {"dial_says": ("VOICE CALL: BEGIN",), "ended_says": ("VOICE CALL: END: 000012",)},
    ),
    Quirk(
        "calls_with_names",
        "a name behind the number in the list of calls (SIM800C)",
        f"{_GITHUB}/faucamp/python-gsmmodem/issues/112",
        {"call_form": '+CLCC: 1,{direction},{state},0,0,"{number}",129,""'},
    ),
    Quirk(
        "calls_with_blanks",
        "blanks behind the commas, and a data connection in the list of calls",
        f"{_GITHUB}/gammu/gammu/issues/89",
        {
            "call_form": "+CLCC: 1, {direction}, {state}, 0, 0",
            "lists_data_call": True,
        },
    ),
    Quirk(
        "calls_listed_late",
        "the list of calls is empty at first (SIM7600G tells changes instead)",
        f"{_GITHUB}/babca/python-gsmmodem/pull/111",
        {"calls_unlisted": 2},
    ),
    Quirk(
        "end_told_late",
        "NO CARRIER of a call comes when the next one rings already",
        f"{_GITHUB}/gammu/gammu/issues/316",
        {"ends_late_seconds": 0.15},
    ),
)
QUIRKS: Final = {quirk.name: quirk for quirk in _ALL}
