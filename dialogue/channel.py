"""One turn over HTTP: understanding, replies and the form that waits, in one answer.

Rasa's own REST channel gives only the replies, logs the words when an action fails, and runs text
that begins with "/" as an intent; this one does none of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class TurnChannel(InputChannel):
    """POST /webhooks/turn/ {"conversation_id", "text", "at"} → understanding, replies, form."""

    @classmethod
    def name(cls) -> str:
        """Names the channel's address."""
        return "turn"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes."""
        routes = Blueprint("turn")

        @routes.route("/", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"error": "no model"}, HTTPStatus.SERVICE_UNAVAILABLE)
            body = request.json
            text = body["text"].lstrip("/ \t\n")
            understood = await agent.parse_message(text)
            output = CollectingOutputChannel()
            language = agent.processor.model_metadata.language
            await on_new_message(
                UserMessage(
                    text,
                    output,
                    body["conversation_id"],
                    parse_data=understood,
                    input_channel=self.name(),
                    metadata={"lang": language, "at": body["at"]},
                )
            )
            tracker = await agent.tracker_store.retrieve(body["conversation_id"])
            return response.json(
                {
                    "intent": understood["intent"],
                    "entities": understood["entities"],
                    "replies": [
                        message["text"] for message in output.messages if "text" in message
                    ],
                    "form": tracker.active_loop_name or "" if tracker else "",
                    "language": language,
                }
            )

        return routes
