"""Children tied to the life of the process that started them."""

from __future__ import annotations

import json
import subprocess
import sys

from assistant.runtime.with_parent import with_parent

IMPORT = "from assistant.runtime.with_parent import with_parent"
SAID = ("printf", "%s|", "two words", "'$HOME'", "")


def test_the_command_is_run_as_it_was_given() -> None:
    ran = subprocess.run(with_parent(*SAID), capture_output=True, check=True)
    assert ran.stdout.decode() == "two words|'$HOME'||"


def test_a_child_whose_parent_ended_before_it_was_tied_to_it_does_not_start() -> None:
    made_elsewhere = f"import json; {IMPORT}; print(json.dumps(with_parent(*{SAID!r})))"
    of_another = subprocess.run(
        [sys.executable, "-c", made_elsewhere], capture_output=True, check=True
    )
    command = json.loads(of_another.stdout)
    ran = subprocess.run(command, capture_output=True, check=False)
    assert ran.returncode != 0
    assert ran.stdout == b""
