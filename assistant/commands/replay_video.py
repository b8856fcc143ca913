"""`anban replay VIDEO`: what the camera's models see in a video, in plain sentences."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

from assistant.commands.replay_words import ReplayWords, clock_of
from perception.camera.sensor import PICTURE_SECONDS, CameraSensor
from perception.camera.video import CutOffError, VideoError, shots
from perception.events import Event, to_json
from perception.onnx_model import ModelError


def replay_video(file: Path, words: ReplayWords, *, as_json: bool, real_time: bool) -> int:
    """Tell each event, then how many pictures were looked at; the command's exit status."""
    try:
        return _replay(file, words, as_json=as_json, real_time=real_time)
    except VideoError:
        return _failed(words, "bad_video", file=file)
    except ModelError as error:
        return _failed(words, "installation_damaged", detail=error)
    except BrokenPipeError:  # whoever reads has enough, as `| head` does
        return 0
    except FileNotFoundError:
        return _failed(words, "bad_missing", file=file)
    except IsADirectoryError:
        return _failed(words, "bad_folder", file=file)
    except OSError as error:
        return _failed(words, "bad_unreadable", file=file, why=words.why(error))
    except KeyboardInterrupt:
        return 130


def _replay(file: Path, words: ReplayWords, *, as_json: bool, real_time: bool) -> int:
    sensor = CameraSensor()
    began = time.monotonic()
    pictures = with_people = told = most = 0
    status = 0
    try:
        for shot in shots(file, 1.0 / PICTURE_SECONDS):
            if real_time:
                time.sleep(max(0.0, began + shot.at - time.monotonic()))
            for event in sensor.take(shot):
                _tell(event, words, as_json=as_json)
                told += 1
            pictures += 1
            with_people += bool(sensor.people)
            most = max(most, len(sensor.people))
    except CutOffError:
        status = _failed(words, "cut_off", file=file)
    if not told:
        typer.echo(words("nothing_happened"), err=True)
    counted = {"pictures": pictures, "people": with_people, "most": most}
    typer.echo(words("counted_pictures", **counted), err=True)
    return status


def _tell(event: Event, words: ReplayWords, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(to_json(event), ensure_ascii=False))
    else:
        typer.echo(f"{clock_of(event.at)}  {words.of_camera(event)}")


def _failed(words: ReplayWords, key: str, **slots: object) -> int:
    typer.echo(words(key, **slots), err=True)
    return 1
