"""Keeps baresip's control port for this program alone.

baresip's `ctrl_tcp` asks nobody who they are: whoever connects to its port on loopback, any user of
the machine, takes the connection over and can ring anybody.  It cannot listen on a Unix socket.
So two things are done from outside, with the rights that a parent has over its own child:

- before connecting, the kernel's table of sockets tells whether the port is this user's
  (`/proc/net/tcp`), so that no other program is taken for baresip;
- after connecting, a filter is put on the listening socket that drops every further connection
  (`SO_ATTACH_FILTER`, on a copy of the descriptor by `pidfd_getfd`, Linux 5.6).
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"
_PIDFD_GETFD: Final = 438
"""The same number on all architectures of Linux."""
_SO_ATTACH_FILTER: Final = 26
_SO_DETACH_FILTER: Final = 27
_DROP_ALL: Final = struct.pack("HBBI", 0x06, 0, 0, 0)
"""One instruction of the packet filter: return 0, the packet is dropped."""


class GuardError(RuntimeError):
    """The control port is not ours, or cannot be closed to others; the message says which."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens on the control port."""

    inode: str
    user_id: int


def listener(port: int, table: str | None = None) -> Listener | None:
    """Who listens on a port of 127.0.0.1 now; `table` as /proc/net/tcp has it."""
    table = Path("/proc/net/tcp").read_text("ascii") if table is None else table
    wanted = {f"{address}:{port:04X}" for address in ("0100007F", "00000000")}
    for line in table.splitlines()[1:]:
        parts = line.split()
        if len(parts) > 9 and parts[1] in wanted and parts[3] == _LISTENING:
            return Listener(parts[9], int(parts[7]))
    return None


def check_ours(port: int) -> None:
    """Make sure that no other user's program listens on the port.

    Raises:
        GuardError: another user's does.
    """
    found = listener(port)
    if found is not None and found.user_id != os.getuid():
        raise GuardError(
            f"port {port} belongs to a program of another user; set control_port of [phone] to a"
            " free one"
        )


def close_to_others(port: int) -> None:
    """Let nobody connect any more; connections that stand go on.

    Raises:
        GuardError: the kernel does not allow it; other users of this machine can connect.
    """
    code = ctypes.create_string_buffer(_DROP_ALL)
    _set(port, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(code)))


def open_again(port: int) -> None:
    """Let the next connection in; does nothing if all are let in.

    Raises:
        GuardError: as `close_to_others`.
    """
    _set(port, _SO_DETACH_FILTER, struct.pack("i", 0))


def _set(port: int, option: int, value: bytes) -> None:
    found = listener(port)
    if found is None:
        return
    try:
        with _copy(*_holder(found.inode)) as copied:
            copied.setsockopt(socket.SOL_SOCKET, option, value)
    except FileNotFoundError:
        return  # no filter was there to take away
    except OSError as error:
        raise GuardError(
            f"other users of this machine can steer the telephone ({error.strerror})"
        ) from error


def _holder(inode: str) -> tuple[int, int]:
    """The process that has a socket, and its number for it; raises OSError."""
    wanted = f"socket:[{inode}]"
    for process in sorted(Path("/proc").glob("[0-9]*"), key=_is_other_program):
        try:
            for entry in (process / "fd").iterdir():
                if str(entry.readlink()) == wanted:
                    return int(process.name), int(entry.name)
        except OSError:
            continue  # another user's, or gone meanwhile
    raise ProcessLookupError(3, "its process cannot be seen")


def _is_other_program(process: Path) -> bool:
    """Baresip itself is looked at first: the others may be hundreds."""
    try:
        return (process / "comm").read_text("utf-8", "replace").strip() != "baresip"
    except OSError:
        return True


def _copy(process_id: int, descriptor: int) -> socket.socket:
    pidfd = os.pidfd_open(process_id)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        copied = libc.syscall(_PIDFD_GETFD, pidfd, descriptor, 0)
        if copied < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return socket.socket(fileno=copied)
    finally:
        os.close(pidfd)
