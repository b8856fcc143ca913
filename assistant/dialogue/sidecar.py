"""The Rasa server as a process: what to run, and whether it is well."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from assistant.dialogue.layout import ROOT, environment, python

PROBE_SECONDS: Final = 2.0
_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Who is trusted: there is no TLS on loopback, and to read the machine's certificates takes 20 ms
of each probe."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """One Rasa server on loopback and the skill host it asks; secrets go by environment."""

    model: Path
    """The model it starts with; later ones come by `DialogueClient.switch`."""
    port: int
    token: str
    """The secret that every request to the server must bring."""
    skills_port: int
    skills_token: str

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> tuple[str, ...]:
        """The command line; raises DialogueError if the environment was never made."""
        return (str(python()), "-m", "dialogue.serve", str(self.model))

    @property
    def environment(self) -> dict[str, str]:
        """What the process needs beside the parent's environment."""
        return {
            **environment(self.model.parent),
            "ANBAN_DIALOGUE_PORT": str(self.port),
            "ANBAN_DIALOGUE_TOKEN": self.token,
            "ANBAN_SKILLS_PORT": str(self.skills_port),
            "ANBAN_SKILLS_TOKEN": self.skills_token,
        }

    @property
    def folder(self) -> Path:
        """The working folder: Rasa loads our components by module path from here."""
        return ROOT

    async def probe(self) -> bool:
        """Whether the server answers with a model loaded."""
        try:
            async with httpx.AsyncClient(
                timeout=PROBE_SECONDS, trust_env=False, verify=_NOBODY
            ) as http:
                answer = await http.get(
                    f"{self.url}/status", headers={"Authorization": f"Bearer {self.token}"}
                )
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK
