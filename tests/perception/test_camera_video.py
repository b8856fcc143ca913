"""A video as the models see it, and what of it is kept for training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from perception.camera.people import People
from perception.camera.video import CutOffError, VideoError, shots
from perception.train.pose_clips import Clip, kept, save, watch
from tests.perception.camera_videos import noise, write_video
from tests.perception.test_camera_people import Seen, pose_at


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "a.avi"
    write_video(path, [noise(k) for k in range(50)], per_second=25.0)
    return path


@pytest.mark.parametrize(("per_second", "count"), [(5.0, 10), (10.0, 20), (25.0, 50), (100.0, 50)])
def test_so_many_pictures_a_second(video: Path, per_second: float, count: int) -> None:
    times = [shot.at for shot in shots(video, per_second)]
    assert len(times) == pytest.approx(count, abs=1)
    assert times[0] == 0.0
    assert max(times) < 2.0


def test_a_video_that_breaks_off_gives_what_is_there(tmp_path: Path, video: Path) -> None:
    data = video.read_bytes()
    video.write_bytes(data[: len(data) // 2])
    seen = []
    with pytest.raises(VideoError) as told:  # noqa: PT012
        for shot in shots(video, 25.0):
            seen.append(shot)  # noqa: PERF402
    assert isinstance(told.value, CutOffError) is bool(seen)


def test_what_was_seen_is_kept_and_read_again(tmp_path: Path, video: Path) -> None:
    clip = Clip("Set", "a", video, 50, 25.0, is_fall=False, fall_seconds=None)
    networks = Seen()
    networks.poses = [pose_at(60, 60)]
    seen = watch(clip, People(networks, networks))  # type: ignore[arg-type]
    assert seen.size == (160, 120)
    assert len(seen.at) == pytest.approx(20, abs=1)
    assert set(seen.person) == {1}
    save(tmp_path / "Set_a.npz", seen)
    again = kept(clip, tmp_path)
    assert np.array_equal(again.points, seen.points)
    assert again.size == seen.size
