"""Keeps baresip's control port for this program alone.

baresip's `ctrl_tcp` asks nobody who they are: whoever connects to its port on loopback, any user of
the machine, takes the connection over and can ring anybody.  It cannot listen on a Unix socket.
So two things are done from outside, with the rights that a parent has over its own child:

- before connecting, the kernel's table of sockets tells whether the port is this user's
  (`/proc/net/tcp`), so that no other program is taken for baresip;
- after connecting, the listening socket is told to want a signature with a key that nobody knows
  (`TCP_MD5SIG`, RFC 2385), so that the kernel drops every further connection; where it cannot, a
  filter drops them (`SO_ATTACH_FILTER`, which some kernels allow to root alone).  Both on a copy of
  the descriptor, by `pidfd_getfd` (Linux 5.6).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"
_PIDFD_GETFD: Final = 438
"""The number of the system call, the same on all architectures of Linux."""
_TCP_MD5SIG_EXT: Final = 32
_KEY_BYTES: Final = 16
_PREFIX: Final = 1
"""The flag that a key is for all addresses that begin so; of no length: for every address."""
_SO_ATTACH_FILTER: Final = 26
_SO_DETACH_FILTER: Final = 27
_DROP_ALL: Final = struct.pack("HBBI", 0x06, 0, 0, 0)
"""A packet filter of one instruction: return 0, the packet is dropped."""


class GuardError(RuntimeError):
    """The control port is not ours, or cannot be closed to others; the message says which."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens on the control port."""

    inode: str
    user_id: int


def listener(port: int, table: str | None = None) -> Listener | None:
    """Find who listens on a port of 127.0.0.1; `table` as /proc/net/tcp has it."""
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
    _change(port, _close)


def open_again(port: int) -> None:
    """Let the next connection in; does nothing if all are let in.

    Raises:
        GuardError: as `close_to_others`.
    """
    _change(port, _open)


def _change(port: int, change: Callable[[socket.socket], None]) -> None:
    found = listener(port)
    if found is None:
        return
    try:
        with _copy(*_holder(found.inode)) as copied:
            change(copied)
    except OSError as error:
        raise GuardError(
            f"other users of this machine can steer the telephone ({error.strerror})"
        ) from error


def _close(listening: socket.socket) -> None:
    try:
        listening.setsockopt(
            socket.IPPROTO_TCP, _TCP_MD5SIG_EXT, _signature(secrets.token_bytes(_KEY_BYTES))
        )
    except OSError:
        code = ctypes.create_string_buffer(_DROP_ALL)
        program = struct.pack("HL", 1, ctypes.addressof(code))
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _open(listening: socket.socket) -> None:
    for level, option, value in (
        (socket.IPPROTO_TCP, _TCP_MD5SIG_EXT, _signature(b"")),
        (socket.SOL_SOCKET, _SO_DETACH_FILTER, struct.pack("i", 0)),
    ):
        with contextlib.suppress(OSError):  # not closed in this way, or not known to the kernel
            listening.setsockopt(level, option, value)


def _signature(key: bytes) -> bytes:
    """Make a `struct tcp_md5sig` for every address of IPv4; without a key it is taken away."""
    address = struct.pack("H126x", socket.AF_INET)
    return address + struct.pack("BBHi80s", _PREFIX, 0, len(key), 0, key)


def _holder(inode: str) -> tuple[int, int]:
    """Find the process that has a socket, and its number for it; raises OSError."""
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
    """Whether a process is another than baresip, which is looked at first among hundreds."""
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
