"""What is proposed for an address that cannot be understood."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.commands.address_hint import likely

ANBAN = Path(sys.executable).with_name("anban")


@pytest.mark.parametrize(
    ("typed", "country", "meant"),
    [
        ("13800138000", "86", "tel:+8613800138000"),
        ("13800138000", "", "tel:+8613800138000"),
        ("138 0013 8000", "86", "tel:+8613800138000"),
        ("１３８００１３８０００", "86", "tel:+8613800138000"),
        ("8613800138000", "86", "tel:+8613800138000"),
        ("008613800138000", "86", "tel:+8613800138000"),
        ("+8613800138000", "", "tel:+8613800138000"),
        ("010-88886666", "86", "tel:+861088886666"),
        ("电话：13800138000", "86", "tel:+8613800138000"),
        ("手机 13800138000", "86", "tel:+8613800138000"),
        ("tel：13800138000", "86", "tel:+8613800138000"),
        ("tel://13800138000", "86", "tel:+8613800138000"),
        ("电话：+44 20 7946 0018", "86", "tel:+442079460018"),
        ("短信：13800138000", "86", "sms:+8613800138000"),
        ("020 7946 0018", "44", "tel:+442079460018"),
        ("2079460018", "", "tel:2079460018"),
        ("120", "86", "tel:120"),  # no country's code makes another number of it
        ("tle:+8613800138000", "86", "tel:+8613800138000"),
        ("fang@example.org", "86", "sip:fang@example.org"),
        ("ntfy.sh/anban-1", "86", "ntfy://anban-1"),
        ("https://ntfy.sh/anban-1", "86", "ntfy://anban-1"),
        ("ntfi://anban-1", "86", "ntfy://anban-1"),
        ("example.org/alarm", "86", "https://example.org/alarm"),
        ("微信", "86", ""),
        ("wxid_fang", "86", ""),
        ("", "86", ""),
        (":", "86", ""),
        ("\U0001f600", "", ""),
        ("1" * 400, "86", ""),
    ],
)
def test_what_was_meant(typed: str, country: str, meant: str) -> None:
    assert likely(typed, country) == meant


def add(home: Path, address: str, lang: str) -> str:
    (home / "anban.toml").write_text(f'language = "{lang}"\n', "utf-8")
    done = subprocess.run(
        [str(ANBAN), "contacts", "add", "--", "Fang", address],
        capture_output=True,
        text=True,
        env={**os.environ, "ANBAN_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert not (home / "contacts.json").exists()
    return done.stderr


def test_whoever_is_refused_is_told_what_works(tmp_path: Path) -> None:
    told = add(tmp_path, "13800138000", "zh")
    assert "您是不是想写：tel:+8613800138000" in told
    assert "[modem]" in told
    assert "ntfy://anban-" in told
    told = add(tmp_path, "sip:fang@10.0.0.7", "en")
    assert "Did you mean" not in told  # it is right: what lacks is the telephone
    assert "[phone]" in told
    assert "ntfy://anban-" in told
    assert "WeChat cannot be reached" in add(tmp_path, "wechat", "en")
