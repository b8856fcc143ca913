"""The Rasa server of one home: `python -m dialogue.serve MODEL.tar.gz`, on loopback.

From the environment: ANBAN_DIALOGUE_PORT, ANBAN_DIALOGUE_TOKEN (asked of every request as
`Authorization: Bearer …`), ANBAN_SKILLS_PORT and ANBAN_SKILLS_TOKEN (where actions are run).
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from dialogue import quiet


def main() -> None:
    """Serve until told to end; a hopeless start is one line and status 1."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit(f"dialogue: no model {sys.argv[1:]}; train one with `anban train`")
    token, port = os.environ.get("ANBAN_DIALOGUE_TOKEN"), os.environ.get("ANBAN_DIALOGUE_PORT", "")
    if not token or not port.isdecimal():
        sys.exit("dialogue: ANBAN_DIALOGUE_TOKEN or _PORT is not set; use `anban run`")
    try:
        listener = socket.create_server(("127.0.0.1", int(port)))
    except (OSError, OverflowError) as error:
        sys.exit(f"dialogue: port {port} cannot be used: {error}")
    quiet.prepare()
    from dialogue.server import build  # noqa: PLC0415  (Rasa takes 5 s and more to import)

    app = build(sys.argv[1], token)
    app.run(sock=listener, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
