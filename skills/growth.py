"""How much memory each skill took, told from how the process grows while the skill's threads work.

All skills share one process, and no system says which thread a page belongs to.  But whoever takes
memory must write to it, and that takes time of the processor: what the process grew in a second
belongs to the skills whose threads worked in this second, by their share of the work.  The host
itself does not grow once all is loaded.
"""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterable
from typing import Final

import psutil

GROWTH_LIMIT_BYTES: Final = 256 * 1024 * 1024
"""How much memory a skill may take.  The host has 89 MB when it is ready; what is loaded at the
first use adds 61 MB, 3,200 actions of our own skills 1 MB more (measured)."""
HARD_LIMIT_BYTES: Final = 2 * GROWTH_LIMIT_BYTES
"""How much all skills together may take at once: then Python refuses the one that asks."""
THREAD_NAME: Final = "skill {name}"
"""How the thread of a skill is named."""
POOL_NAME: Final = "skill {name} pool"
"""How the threads are named to which it hands what blocks; each has a number behind it."""


class Growth:
    """Watches how the process grows."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._process = psutil.Process()
        self._peak_bytes = self._process.memory_info().rss
        self._worked = self._seconds_by_thread()
        self.taken_bytes = dict.fromkeys(self._names, 0.0)
        """How much each skill took since the host began."""

    def look(self) -> tuple[str, ...]:
        """Share out what was taken since the last look; gives those who took too much."""
        worked = self._seconds_by_thread()
        spent = {
            thread: seconds - self._worked.get(thread, 0.0) for thread, seconds in worked.items()
        }
        self._worked = worked
        # What was taken and given back is taken again by anybody, so only a new height counts.
        grown = self._process.memory_info().rss - self._peak_bytes
        owners = self._owners()
        shares = {thread: seconds for thread, seconds in spent.items() if thread in owners}
        whole = sum(shares.values())
        if grown <= 0 or whole <= 0:  # if no skill worked, it is told once one does
            return ()
        self._peak_bytes += grown
        for thread, seconds in shares.items():
            self.taken_bytes[owners[thread]] += grown * seconds / whole
        return tuple(name for name, taken in self.taken_bytes.items() if taken > GROWTH_LIMIT_BYTES)

    def _seconds_by_thread(self) -> dict[int, float]:
        return {each.id: each.user_time + each.system_time for each in self._process.threads()}

    def _owners(self) -> dict[int, str]:
        """Give the skill that each thread belongs to."""
        named = {THREAD_NAME.format(name=name): name for name in self._names}
        return {
            thread.native_id: named[known]
            for thread in threading.enumerate()
            if thread.native_id is not None
            and (known := thread.name.partition(" pool")[0]) in named
        }


def limit_memory() -> None:
    """Let Python refuse memory beyond what skills may take, before the machine has none left.

    Counted is what can be written to (`RLIMIT_DATA`), not what is merely reserved.
    """
    status = dict(
        line.split(":", 1)
        for line in open("/proc/self/status", encoding="utf-8")  # noqa: PTH123, SIM115
    )
    data_bytes = int(status["VmData"].split()[0]) * 1024
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = data_bytes + HARD_LIMIT_BYTES
    if most == resource.RLIM_INFINITY or wanted < most:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
