"""`anban replay`: a radar's recording in plain sentences, and as a picture."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from assistant.commands.replay_words import ReplayWords, clock_of, short_of
from assistant.language import LANGUAGES, language
from assistant.senses.room import room_of
from assistant.settings import home_folder, read, settings_file
from perception.activity import ExerciseWatch
from perception.camera.source import VIDEOS
from perception.cli import Exercise
from perception.events import Event, to_json
from perception.fall import FallModel
from perception.onnx_model import ModelError
from perception.radar import PROTOCOLS, Recording, RecordingError, open_recording
from perception.radar.room import MountingPose, Room, RoomError
from perception.replay import RAW_FRAME_SECONDS, played
from perception.sensor import RadarSensor
from perception.tracks import TrackLog

MOST_GIGABYTES: Final = 8
"""The quickest line, of 921,600 baud, brings no more in a day if it never rests."""
_PICTURES: Final = (".png", ".svg", ".pdf")
_HEIGHT_METRES: Final = 1.8


def replay(
    file: Annotated[Path, typer.Argument(help="A recording of `anban radar record`, or a video.")],
    *,
    protocol: Annotated[
        str | None, typer.Option(help="Of a raw capture; recordings know their own.")
    ] = None,
    height: Annotated[
        float | None,
        typer.Option(
            help=f"Metres from the floor to the sensor; {_HEIGHT_METRES} if nothing tells it."
        ),
    ] = None,
    tilt: Annotated[
        float | None, typer.Option(help="Degrees that the sensor looks down; 90 on a ceiling.")
    ] = None,
    home: Annotated[
        bool, typer.Option("--home", help="Mounting and zones as in this home's settings.")
    ] = False,
    exercise: Exercise = False,
    real_time: Annotated[bool, typer.Option(help="At the pace it was recorded.")] = False,
    frame_seconds: Annotated[
        float, typer.Option(min=0.001, help="Time between the frames of a raw capture.")
    ] = RAW_FRAME_SECONDS,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw floor plan, tracks, heights and events: .png, .svg or .pdf."),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            help="A language's code, such as en; else that of the home.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Play a radar recording, or a video: a sentence for each event, and a picture with --plot."""
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not spoken here; choose {' or '.join(LANGUAGES)}")
    settings = read(settings_file(home_folder())).settings
    words = ReplayWords.of(lang or settings.language)
    if file.suffix.lower() in VIDEOS:
        from assistant.commands.replay_video import replay_video  # noqa: PLC0415  (OpenCV)

        raise typer.Exit(replay_video(file, words, as_json=as_json, real_time=real_time))
    try:
        recording = _opened(file, protocol, words)
        if plot is not None:
            _look_ahead(plot, file, words)
        room = _room(words, height, tilt, of_home=home)
        watch = ExerciseWatch() if exercise else None
        sensor = RadarSensor(recording.protocol, room, FallModel(), exercise=watch)
        pieces = played(recording, frame_seconds, time.sleep if real_time else None)
        events, log, is_whole = _play(pieces, recording, sensor, words, as_json=as_json)
        _count(recording, sensor, words, is_empty=not events)
        if plot is not None:
            _draw(plot, recording, room, events, log, words)
        raise typer.Exit(0 if is_whole else 1)
    except RecordingError as error:
        cause = error.__cause__
        why = words.why(cause) if isinstance(cause, OSError) else ""
        known = ", ".join(PROTOCOLS)
        _fail(words, f"bad_{error.fault}", file=file, detail=error.detail, why=why, known=known)
    except ModelError as error:
        _fail(words, "installation_damaged", detail=error)
    except BrokenPipeError:  # whoever reads has enough, as `| head` does
        raise typer.Exit(0) from None
    except OSError as error:
        _fail(words, "bad_unreadable", file=file, why=words.why(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _play(
    pieces: Iterator[tuple[float, bytes]],
    recording: Recording,
    sensor: RadarSensor,
    words: ReplayWords,
    *,
    as_json: bool,
) -> tuple[list[Event], TrackLog, bool]:
    """Tell what happens; also of a recording that is cut off or damaged, as far as it goes.

    Returns the events, who was where, and whether the recording is whole.
    """
    events: list[Event] = []
    log = TrackLog()

    def take(news: list[Event]) -> None:
        for event in news:
            _tell(event, recording, words, as_json=as_json)
            events.append(event)

    try:
        for at, data in pieces:
            take(sensor.feed(at, data))
            log.take(at, sensor.tracked)
        take(sensor.finish())
    except RecordingError as error:
        typer.echo(words(f"bad_{error.fault}", file=error.path), err=True)
        return events, log, False
    if recording.is_cut_off():
        typer.echo(words("cut_off", file=recording.path), err=True)
        return events, log, False
    return events, log, True


def _opened(file: Path, protocol: str | None, words: ReplayWords) -> Recording:
    recording = open_recording(file, protocol)
    gigabytes = file.stat().st_size / 1e9
    if gigabytes > MOST_GIGABYTES:
        _fail(words, "too_large", file=file, size=f"{gigabytes:.1f}", most=MOST_GIGABYTES)
    return recording


def _look_ahead(plot: Path, file: Path, words: ReplayWords) -> None:
    """Say before a long recording is played what would be in the way of its picture after it."""
    if plot.suffix.lower() not in _PICTURES or (plot.exists() and plot.samefile(file)):
        _fail(words, "no_picture_name", file=plot)
    if find_spec("matplotlib") is None:
        _fail(words, "needs_matplotlib")
    try:
        # Opening it for appending changes nothing of a picture that is there.
        is_new = not plot.exists()
        with plot.open("ab"):
            pass
        if is_new and not plot.is_symlink():
            plot.unlink()
    except OSError as error:
        _fail(words, "picture_not_writable", file=plot, why=words.why(error))


def _room(words: ReplayWords, height: float | None, tilt: float | None, *, of_home: bool) -> Room:
    path = settings_file(home_folder())
    radar = read(path).settings.radar
    if of_home and not radar.port:
        _fail(words, "home_without_radar", file=path)
    try:
        home = room_of(radar) if of_home else Room(MountingPose(_HEIGHT_METRES))
    except RoomError as error:
        _fail(words, "home_room_wrong", file=path, detail=str(error).removesuffix("."))
    asked = (
        home.pose.height_metres if height is None else height,
        home.pose.tilt_degrees if tilt is None else tilt,
    )
    try:
        return Room(MountingPose(*asked, home.pose.yaw_degrees), zones=home.zones)
    except RoomError:
        _fail(words, "cannot_hang", height=asked[0], tilt=asked[1])


def _tell(event: Event, recording: Recording, words: ReplayWords, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(to_json(event), ensure_ascii=False))
    else:
        sentence = words.sentence(event, recording.protocol.name)
        typer.echo(f"{clock_of(event.at)}  {sentence}")


def _count(
    recording: Recording, sensor: RadarSensor, words: ReplayWords, *, is_empty: bool
) -> None:
    met = sensor.statistics
    if not met.frames:
        _fail(words, "no_frame", file=recording.path, radar=recording.protocol.name)
    if is_empty:
        typer.echo(words("nothing_happened"), err=True)
    counted = {"frames": met.frames, "damaged": met.bad_frames, "lost": met.skipped_bytes}
    typer.echo(words("counted", **counted), err=True)


def _draw(
    plot: Path,
    recording: Recording,
    room: Room,
    events: list[Event],
    log: TrackLog,
    words: ReplayWords,
) -> None:
    if not log.tracks:
        _fail(words, "no_tracks", file=plot)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # its cache is nobody's concern
    from assistant.commands import replay_picture as picture  # noqa: PLC0415

    for labels in words.for_labels():
        if font := picture.font_with(labels.letters):
            break
    else:
        _fail(words, "installation_damaged", detail="matplotlib has no font")
    story = picture.Story(
        picture.drawable(recording.path.name, font),
        room,
        log.tracks,
        log.step_seconds,
        [(event, labels.label(short_of(event))) for event in events],
    )
    image = picture.picture_of(story, labels.label, font, plot.suffix[1:].lower())
    try:
        plot.write_bytes(image)
    except OSError as error:
        _fail(words, "picture_not_writable", file=plot, why=words.why(error))
    if labels.lang != words.lang:
        ours, other = language(words.lang).name, language(labels.lang).name
        typer.echo(words("drawn_in_other_language", language=ours, other=other), err=True)
    typer.echo(words("drawn", file=plot), err=True)


def _fail(words: ReplayWords, key: str, **slots: object) -> NoReturn:
    typer.echo(words(key, **slots), err=True)
    raise typer.Exit(1)
