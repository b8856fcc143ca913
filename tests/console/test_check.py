"""The doctor asks the page at its own address."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.console import check
from assistant.console.check import check_page, page_finding
from assistant.services.findings import Verdict
from assistant.settings import ConsoleSettings
from tests.channels.parts import free_port
from tests.console.parts import certificate, receiver
from tests.console.test_hostile import Listening, a_page


@pytest.fixture(autouse=True)
def loopback_is_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_ONLY_HERE", frozenset({"localhost"}))


async def test_a_page_with_a_good_certificate_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate(tmp_path)
    async with a_page(Listening(), certificate=str(pem), key=str(key)) as (web, _, _port):
        settings = ConsoleSettings("x", str(web.base_url))
        stranger = await asyncio.to_thread(check_page, settings)
        assert not stranger.is_well
        assert "phones refuse the certificate" in stranger.detail
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        short = await asyncio.to_thread(check_page, settings)
        assert not short.is_well
        assert "ends in 2 days; renew it" in short.detail
        monkeypatch.setattr(check, "RENEW_DAYS", 1.0)
        well = await asyncio.to_thread(check_page, settings)
        assert well.is_well, well.detail


async def test_a_page_without_tls_is_well_at_home_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_page(Listening()) as (web, _, _port):
        settings = ConsoleSettings("x", str(web.base_url))
        at_home = await asyncio.to_thread(page_finding, settings)
        assert at_home is not None
        assert at_home.is_well
        assert "the home's own network alone" in at_home.detail
        monkeypatch.setattr(check, "is_at_home", lambda _: False)
        outside = await asyncio.to_thread(page_finding, settings)
    assert outside is not None
    assert (outside.part, outside.verdict) == ("page_secrecy", Verdict.POOR)
    assert "use https" in outside.detail


@pytest.mark.parametrize(
    ("host", "is_home"),
    [
        ("192.168.1.20", True),
        ("10.0.0.7", True),
        ("fd00::1", True),
        ("anban.local", True),
        ("anban", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("anban.example", False),
    ],
)
def test_which_hosts_are_of_the_home(host: str, is_home: bool) -> None:
    assert check.is_at_home(host) == is_home


def test_somebody_else_at_the_address_is_noticed() -> None:
    with receiver() as stranger:
        found = check_page(ConsoleSettings("x", stranger.url))
    assert "somebody else answers" in found.detail


@pytest.mark.parametrize(
    ("listen", "url", "said"),
    [
        ("", "https://home.example", "nobody serves"),
        ("0.0.0.0:8095", "", "no links"),
        ("0.0.0.0:8095", "home.example", "no web address"),
        ("0.0.0.0:8095", "https://", "no web address"),
        ("0.0.0.0:8095", "https://[::", "no web address"),
        ("0.0.0.0:8095", "http://localhost:8095", "this machine alone"),
        ("0.0.0.0:8095", "http://127.0.0.1:99999", "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said(listen: str, url: str, said: str) -> None:
    found = check_page(ConsoleSettings(listen, url))
    assert not found.is_well
    assert said in found.detail


def test_a_page_that_nobody_serves_cannot_be_reached() -> None:
    found = check_page(ConsoleSettings("0.0.0.0:8095", f"http://127.0.0.1:{free_port()}"))
    assert not found.is_well
    assert "cannot be reached" in found.detail


def test_a_home_without_a_page_is_well() -> None:
    assert check_page(ConsoleSettings()).is_well
