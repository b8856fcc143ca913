"""What of the skill robot no conversation can say; the rest is conversations/robot.talk."""

from __future__ import annotations


def test_what_cannot_move_is_not_offered(conversation) -> None:
    talk = conversation("robot", lang="en")
    (offered,) = talk.says("what can you do")
    assert "charger" not in offered
