"""baresip's folder: settings, account and sounds, written anew at every start of the core.

Written for baresip 1.0, the version of Debian 12.  Only the modules that a call needs are loaded:
none that records (sndfile), none that listens to the world beyond SIP (httpd, mqtt).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.channels.addresses import AddressError, is_host, sip_uri
from assistant.channels.call_audio import write_quiet, write_standby
from assistant.runtime.private_files import write_private

STANDBY_FILE: Final = "standby.wav"
QUIET_FILE: Final = "quiet.wav"
"""The sound between the answer and the microphone in a call that is no alarm."""
MODULE_FOLDER: Final = Path("/usr/lib/baresip/modules")
_SOUND_MODULES: Final = ("g711", "aufile", "alsa")
_PROGRAM_MODULES: Final = ("menu", "ctrl_tcp")
MODULES: Final = (*_SOUND_MODULES, "account", *_PROGRAM_MODULES)
"""The modules of baresip that are loaded."""

SILENT_LINE_SECONDS: Final = 600
"""How long a standing call may bring no sound at all."""

_SECRET: Final = re.compile(r"[\x21\x23-\x3a\x3d\x3f-\x7e]{0,64}")
"""Printable ASCII without the blank and `"`, `;`, `<` and `>`, which end a field of an account."""
_DEVICE: Final = re.compile(r"[A-Za-z0-9_:=.,@/-]{0,100}")


@dataclass(frozen=True, slots=True)
class SipAccount:
    """Who Anban is on the telephone network."""

    uri: str
    """`sip:name@provider.example`; for calls inside the home network its own address."""
    username: str = ""
    """Empty: the name in the uri."""
    password: str = ""
    register_seconds: int = 0
    """How often to register at the provider; 0: never (calls inside the home network)."""


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """One baresip."""

    account: SipAccount
    control_port: int
    """The port of baresip's control socket, on loopback; closed to all but this program
    (`guard`)."""
    listen: str = "0.0.0.0:5060"
    """Address and port for SIP."""
    interface: str = ""
    """The address to speak from; empty: that of the default route."""
    microphone: str = "default"
    """The ALSA device of the microphone; with PulseAudio or PipeWire "pulse", which shares it with
    the ear. Empty: none, a contact cannot hear the elder."""
    speaker: str = "default"


@dataclass(frozen=True, slots=True)
class PhoneProcess:
    """How the supervisor runs it."""

    command: tuple[str, ...]
    folder: Path


def write_folder(folder: Path, settings: PhoneSettings) -> PhoneProcess:
    """Write everything baresip reads (folder 0700, files 0600) and say how to run it.

    Raises:
        AddressError: an account or device that cannot be written without forging other settings.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    _write(folder / "config", _config(settings))
    _write(folder / "accounts", _account(settings.account))
    _write(folder / "contacts", "")
    for left_over in folder.glob("call-*"):
        left_over.unlink(missing_ok=True)
    write_standby(folder / STANDBY_FILE)
    write_quiet(folder / QUIET_FILE)
    return PhoneProcess(("baresip", "-f", str(folder)), folder)


def _account(account: SipAccount) -> str:
    uri = sip_uri(account.uri)
    for value, what in ((account.username, "user name"), (account.password, "password")):
        if not _SECRET.fullmatch(value):
            raise AddressError(
                f'the SIP {what} may be 64 printable ASCII characters long, without " ; < or >'
            )
    parts = [f"<{uri}>", f"regint={account.register_seconds:d}"]
    if account.username:
        parts.append(f"auth_user={account.username}")
    if account.password:
        parts.append(f"auth_pass={account.password}")
    parts += ["audio_codecs=PCMU/8000/1,PCMA/8000/1", "dtmfmode=auto", "answermode=manual"]
    # Whoever is rung may not send the call elsewhere.
    parts.append("call_transfer=no")
    return ";".join(parts) + "\n"


def _config(settings: PhoneSettings) -> str:
    host, _, port = settings.listen.rpartition(":")
    if not is_host(host) or not port.isdigit():
        raise AddressError(f"the phone cannot listen on {settings.listen!r}; use 0.0.0.0:5060")
    if settings.interface and not is_host(settings.interface):
        raise AddressError(f"{settings.interface!r} is no address of this machine")
    for device in (settings.microphone, settings.speaker):
        if not _DEVICE.fullmatch(device):
            raise AddressError(f"{device!r} is no ALSA device; `arecord -L` lists them")
    lines = [
        "poll_method epoll",
        f"sip_listen {settings.listen}",
        "sip_cafile /etc/ssl/certs/ca-certificates.crt",
        *([f"net_interface {settings.interface}"] if settings.interface else []),
        # Anban's own ring timer is shorter; these end what it could not.
        "call_local_timeout 120",
        # While a call stands or rings, everybody else hears "busy" from baresip itself: its menu
        # acts on "the current call", and that is whichever came last.
        "call_max_calls 1",
        # Nothing of the call sounds in the home before it is put through.
        "audio_player alsa,null",
        f"audio_source aufile,{STANDBY_FILE}",
        "audio_alert alsa,null",
        "audio_level no",
        # Else it prints where the call stands five times a second.
        "statmode_default off",
        *(f"{name}_format s16" for name in ("ausrc", "auplay", "auenc", "audec")),
        *(f"{name}_srate 8000" for name in ("ausrc", "auplay")),
        *(f"{name}_channels 1" for name in ("ausrc", "auplay")),
        "audio_buffer 20-160",
        "rtp_tos 184",
        "rtp_ports 10000-20000",
        # The other end lost power: nothing else would end the call.  Long, since telephones on
        # hold, muted or saving power send no sound either; Anban's own limits are shorter until
        # somebody took the alarm on.
        f"rtp_timeout {SILENT_LINE_SECONDS}",
        "jitter_buffer_delay 5-10",
        f"module_path {MODULE_FOLDER}",
        *(f"module {name}.so" for name in _SOUND_MODULES),
        "module_tmp account.so",
        *(f"module_app {name}.so" for name in _PROGRAM_MODULES),
        f"ctrl_tcp_listen 127.0.0.1:{settings.control_port:d}",
    ]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    write_private(path, text.encode())
