"""The camera looks or does not, by the elder's word, which holds after a restart, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.events import CameraPrivacyChanged
from assistant.home.camera_privacy import CameraPrivacy, wish_in
from assistant.home.home import Home
from assistant.services import GetCamera, GetHomeState, SetCameraPrivacy
from assistant.settings import CameraSettings, Settings
from tests.homes import a_home, features

SOURCE = "rtsp://admin:secret@192.168.1.20/1"
WITH_CAMERA = Settings(camera=CameraSettings(SOURCE, "客厅"))


@pytest.mark.parametrize(
    ("lang", "texts", "wish"),
    [
        ("zh", "别看我|不要看我|别看我了|请不要再看我了|别盯着我|别看了|别监视我", True),
        ("zh", "把摄像头关了|关掉摄像头|请闭上眼睛|停止录像", True),
        ("zh", "可以看了|你可以看我了|打开摄像头|把摄像头打开吧|继续看着我", False),
        ("zh", "别看电视了|别看我这么老|看我|可以看电视了吗|摄像头在哪里|我不看了|别看手机", None),
        ("en", "Stop watching!|don't look at me|please stop watching me|turn the camera off", True),
        ("en", "cover your eyes|switch off the camera now|I want some privacy", True),
        ("en", "you can look again|turn on the camera|watch me again|you may watch me now", False),
        ("en", "stop watching television|look at me|where is the camera|stop|watch out", None),
    ],
)  # fmt: skip
def test_what_is_said_to_the_camera(lang: str, texts: str, wish: bool | None) -> None:
    assert {text: wish_in(text, lang) for text in texts.split("|")} == dict.fromkeys(
        texts.split("|"), wish
    )


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = a_home(tmp_path, WITH_CAMERA)
    await home.database.open()
    yield home
    await home.database.close()


async def _begun(home: Home) -> CameraPrivacy:
    privacy = CameraPrivacy(home)
    await privacy.start()
    return privacy


async def test_until_it_is_known_nothing_is_looked_at(home: Home) -> None:
    privacy = CameraPrivacy(home)
    assert privacy.is_private
    await privacy.start()
    assert not privacy.is_private


async def test_what_was_said_holds_after_a_restart_and_until_it_is_taken_back(home: Home) -> None:
    told: list[object] = []
    home.bus.listen(told.append)
    privacy = await _begun(home)
    assert await privacy.switch(is_private=True)
    again = await _begun(a_home(home.folder, WITH_CAMERA, database=home.database))
    assert again.is_private
    assert await again.switch(is_private=False)
    third = await _begun(a_home(home.folder, WITH_CAMERA, database=home.database))
    assert not third.is_private
    assert told == [CameraPrivacyChanged(is_private=True)]


async def test_a_disk_that_keeps_nothing_is_told_and_it_holds_all_the_same(home: Home) -> None:
    privacy = await _begun(home)
    await home.database.write(lambda connection: connection.execute("DROP TABLE home_state"))
    assert not await privacy.switch(is_private=True)
    assert privacy.is_private


async def test_only_who_looks_is_told_the_address(home: Home) -> None:
    await _begun(home)
    features(home, "home services")
    state = await home.bus.ask(GetHomeState())
    assert state.settings.camera == CameraSettings()
    camera = await home.bus.ask(GetCamera())
    assert (camera.settings.source, camera.is_private) == (SOURCE, False)
    assert await home.bus.ask(SetCameraPrivacy(is_private=True))
    assert (await home.bus.ask(GetCamera())).is_private
