"""Downloading one file: with resume, limits and checksums."""

import errno
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests

from models.errors import (
    ChecksumError,
    InterruptedPullError,
    NoSpaceError,
    PullError,
    RefusedError,
    UnreachableError,
)

CONNECT_TIMEOUT_SECONDS = 15.0
READ_TIMEOUT_SECONDS = 60.0
CHUNK_BYTES = 1 << 18
# Attempts in a row that bring no byte before we give up; one that brings some starts anew.
FRUITLESS_ATTEMPTS = 3
RETRY_WAIT_SECONDS = 2.0
UNKNOWN_SIZE_LIMIT_BYTES = 4 << 30
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416

OnProgress = Callable[[int, int | None], None]
"""Told the bytes that are here and the bytes there will be (None: not known)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file must be; 0 and empty if not known."""

    bytes: int = 0
    md5: str = ""
    sha256: str = ""


def download(
    url: str,
    part: Path,
    expected: Expected,
    on_progress: OnProgress,
    *,
    retry_wait_seconds: float = RETRY_WAIT_SECONDS,
) -> None:
    """Fetch a file to `part`, going on where an earlier attempt stopped, and check it.

    Raises:
        UnreachableError: the server does not answer.
        RefusedError: it answers with an error.
        InterruptedPullError: the connection was cut too often; the part is kept.
        ChecksumError: size or sums are wrong; the part is removed.
        NoSpaceError: the disk is full.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    version = _version_file(part)
    with part.open("ab") as file:
        download = _Download(url, part, expected, on_progress, file)
        fruitless = 0
        while not download.attempt():
            fruitless = 0 if download.advanced else fruitless + 1
            # Offline is told at once; a connection that was there may come back.
            offline = isinstance(download.failure, UnreachableError) and not part.stat().st_size
            if offline or fruitless == FRUITLESS_ATTEMPTS:
                raise download.failure
            time.sleep(retry_wait_seconds)
    try:
        check(part, expected, url)
    except ChecksumError:
        part.unlink()  # a part that is wrong would be wrong for ever
        raise
    finally:
        version.unlink(missing_ok=True)


def check(file: Path, expected: Expected, origin: str) -> None:
    """Compare a file's size and sums with what is expected.

    Raises:
        ChecksumError: they differ.
    """
    size = file.stat().st_size
    if expected.bytes and size != expected.bytes:
        raise _wrong(origin, f"it has {size:,} bytes instead of {expected.bytes:,}")
    for name in ("sha256", "md5"):
        sum_expected = getattr(expected, name)
        if sum_expected:
            with file.open("rb") as content:
                sum_actual = hashlib.file_digest(content, name).hexdigest()
            if sum_actual != sum_expected:
                raise _wrong(origin, f"its {name} is {sum_actual} instead of {sum_expected}")


def _wrong(origin: str, reason: str) -> ChecksumError:
    return ChecksumError(
        f"{origin} is not the expected file: {reason}. It was not used; "
        "try again, or from another network"
    )


def _version_file(part: Path) -> Path:
    """Return where the address of a part and the server's mark of its version are noted."""
    return part.with_name(part.name + ".json")


class _Download:
    def __init__(
        self, url: str, part: Path, expected: Expected, on_progress: OnProgress, file: BinaryIO
    ) -> None:
        self._url = url
        self._part = part
        self._version = _version_file(part)
        self._expected = expected
        self._on_progress = on_progress
        self._file = file
        self._limit = expected.bytes or UNKNOWN_SIZE_LIMIT_BYTES
        self.advanced = False
        self.failure: PullError = UnreachableError(url)

    def attempt(self) -> bool:
        """Fetch what is missing; False if it is worth another try (`failure` tells why)."""
        self.advanced = False
        have = self._resumable_bytes()
        if self._expected.bytes and have == self._expected.bytes:
            return True
        try:
            with requests.get(
                self._url,
                headers=self._headers(have),
                stream=True,
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
            ) as response:
                return self._take(response, have)
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ReadTimeout):
            self.failure = self._interrupted()
        except requests.ConnectionError as error:
            self.failure = self._interrupted() if self.advanced else self._unreachable(error)
        except requests.RequestException as error:  # not worth another try: a bad address
            raise RefusedError(f"{self._url} cannot be fetched: {error}") from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise NoSpaceError(
                    f"the disk is full at {self._part.parent}: "
                    f"make room for {self._limit / 1e6:.0f} MB and pull again"
                ) from error
            raise
        return False

    def _resumable_bytes(self) -> int:
        """Return how much of this very address is here; start anew if it is another's."""
        self._file.flush()
        if self._recorded().get("url") == self._url:
            return self._part.stat().st_size
        self._file.truncate(0)
        return 0

    def _recorded(self) -> dict[str, str]:
        try:
            recorded = json.loads(self._version.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return recorded if isinstance(recorded, dict) else {}

    def _headers(self, have: int) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            validator = self._recorded().get("validator")
            if validator:  # RFC 9110, 13.1.5: the whole file if it has changed
                headers["If-Range"] = validator
        return headers

    def _take(self, response: requests.Response, have: int) -> bool:
        if response.status_code == _RANGE_NOT_SATISFIABLE:
            # Ours is as long as theirs or longer: `check` decides whether it is right.
            return True
        if not response.ok:
            raise RefusedError(
                f"{self._url} was refused: {response.status_code} {response.reason}. "
                "Give a zip or a folder that you have with --from"
            )
        if response.status_code != _PARTIAL_CONTENT:
            self._file.truncate(0)
            have = 0
        self._record(response)
        total = self._total(response, have)
        if (total or 0) > self._limit:
            raise RefusedError(
                f"{self._url} is {total:,} bytes long, more than the {self._limit:,} expected"
            )
        for chunk in response.iter_content(CHUNK_BYTES):
            have += len(chunk)
            if have > self._limit:
                raise RefusedError(f"{self._url} gives more than {self._limit:,} bytes")
            self._file.write(chunk)
            self.advanced = True
            self._on_progress(have, total)
        self._file.flush()
        if total is not None and have < total:
            self.failure = self._interrupted()
            return False
        return True

    def _record(self, response: requests.Response) -> None:
        etag = response.headers.get("ETag", "")
        weak = etag.startswith("W/")  # a weak one must not be used with If-Range
        validator = "" if weak else etag or response.headers.get("Last-Modified", "")
        self._version.write_text(
            json.dumps({"url": self._url, "validator": validator}), encoding="utf-8"
        )

    def _total(self, response: requests.Response, have: int) -> int | None:
        length = response.headers.get("Content-Length", "")
        return have + int(length) if length.isdecimal() else self._expected.bytes or None

    def _interrupted(self) -> InterruptedPullError:
        return InterruptedPullError(
            f"the connection to {self._url} was cut; what came is kept: pull again to go on"
        )

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(
            f"{self._url} cannot be reached ({type(error).__name__}): is there an internet "
            "connection? Without one, copy the zip here by other means and give it with --from; "
            "until then the tiny model serves demo and tests"
        )
