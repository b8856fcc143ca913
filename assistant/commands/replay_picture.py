"""The picture of a radar's recording: floor plan, tracks, heights and events.

Needs matplotlib, the extra `plot`: whoever imports this module has looked whether it is there.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from assistant.commands.replay_words import clock_of
from perception.events import BathroomLong, Event, FallDetected, LyingOnFloor, NoMotion
from perception.radar.room import Room, ZoneKind
from perception.tracks import Moment

_PREFERRED: Final = ("DejaVuSans.ttf", "wqy-microhei.ttc", "NotoSansCJK-Regular.ttc")
"""Upright fonts of even weight; any other that has the characters will do."""
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8f8f00")
"""Told apart also by the colour-blind (Okabe and Ito, Color Universal Design, 2008); red is left to
alarms. The longest tracks have one each."""
_OTHERS: Final = "#999999"
_ALARM: Final = "#c00000"
_ALARMS: Final = (FallDetected, LyingOnFloor, BathroomLong, NoMotion)
_ZONES: Final = {
    ZoneKind.BED: "#cfe3f5",
    ZoneKind.SOFA: "#d8efd3",
    ZoneKind.BATHROOM: "#d5eeee",
    ZoneKind.DOOR: "#f5e3c4",
    ZoneKind.IGNORED: "#e4e4e4",
}
_MARGIN_METRES: Final = 0.7
_LEAP_METRES: Final = 1.5
_LEAP_SECONDS: Final = 2.0
"""Farther apart than this (and than two steps) a track is not drawn through."""

_MINUTES: Final = (1, 1.5, 3, 6, 10)
"""Steps of a time axis: 15, 30, 60 seconds and the like."""

Label = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn."""

    name: str
    """Of the recording's file."""
    room: Room
    tracks: Mapping[int, Sequence[Moment]]
    step_seconds: float
    """Between two moments of a track."""
    events: Sequence[tuple[Event, str]]
    """Each with the label that stands for it."""


def font_with(text: str) -> Path | None:
    """Find a font with every character of a text, new ones too; None if there is none here."""
    wanted = {ord(letter) for letter in text if not letter.isspace()}
    own = Path(mpl.get_data_path()) / "fonts" / "ttf"
    found = [*own.glob("DejaVuSans.ttf"), *map(Path, font_manager.findSystemFonts())]
    for path in sorted(set(found), key=_order):
        with suppress(OSError, RuntimeError):  # a font that is broken, or made of pictures
            if wanted <= font_manager.get_font(path).get_charmap().keys():
                return path
    return None


def drawable(text: str, font: Path) -> str:
    """Put a question mark for every character that a font lacks, such as in a file's name."""
    has = font_manager.get_font(font).get_charmap()
    return "".join(letter if ord(letter) in has else "?" for letter in text)


def _order(path: Path) -> tuple[int, bool, str]:
    known = _PREFERRED.index(path.name) if path.name in _PREFERRED else len(_PREFERRED)
    return known, "Regular" not in path.stem, str(path)


def picture_of(story: Story, label: Label, font: Path, form: str) -> bytes:
    """Draw it, as png, svg or pdf."""
    font_manager.fontManager.addfont(font)
    family = font_manager.FontProperties(fname=font).get_name()
    # A dollar in a file's name is no formula.
    plain = mpl.rc_context(
        {"font.family": [family], "axes.unicode_minus": False, "text.parse_math": False}
    )
    with plain, io.BytesIO() as out:
        figure = Figure(figsize=(14, 8.5), layout="constrained")
        figure.suptitle(label("title", file=story.name), fontsize=13)
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.5), height_ratios=(1.4, 1))
        floor, heights = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1])
        events = figure.add_subplot(grid[1, 1], sharex=heights)
        colours = _colours(story.tracks)
        _draw_floor(floor, story, label, colours)
        _draw_heights(heights, story, label, colours)
        _draw_events(events, story, label)
        figure.savefig(out, format=form, dpi=120)
        return out.getvalue()


def _colours(tracks: Mapping[int, Sequence[Moment]]) -> dict[int, str]:
    longest = sorted(tracks, key=lambda number: len(tracks[number]), reverse=True)
    return dict(zip(sorted(longest[: len(_COLOURS)]), _COLOURS, strict=False))


def _draw_floor(axes: Axes, story: Story, label: Label, colours: Mapping[int, str]) -> None:
    axes.set_title(label("floor_plan"))
    axes.set_xlabel(label("across_axis"))
    axes.set_ylabel(label("along_axis"))
    room = story.room
    for zone in room.zones:
        corner, size = (zone.x_min, zone.y_min), (zone.x_max - zone.x_min, zone.y_max - zone.y_min)
        axes.add_patch(
            Rectangle(corner, *size, facecolor=_ZONES[zone.kind], edgecolor="#888888", zorder=0)
        )
        middle = (corner[0] + size[0] / 2, corner[1] + size[1] / 2)
        axes.text(*middle, label(f"zone_{zone.kind}"), ha="center", va="center", color="#555555")
    others = False
    for number, track in story.tracks.items():
        colour = colours.get(number, _OTHERS)
        x, y = _broken(track, story.step_seconds, lambda m: m.x, lambda m: m.y)
        name = label("person", person=number)
        if number not in colours:
            name, others = ("_" if others else label("other_people")), True
        axes.plot(x, y, color=colour, linewidth=1.4, label=name, zorder=2)
        axes.plot(track[-1].x, track[-1].y, "o", color=colour, markersize=6, zorder=3)
    for event, short in story.events:
        if isinstance(event, LyingOnFloor) or (isinstance(event, FallDetected) and event.person):
            axes.plot(event.x, event.y, "X", color=_ALARM, markersize=13, zorder=4)
            axes.annotate(
                f"{short} {clock_of(event.at)}",
                (event.x, event.y),
                (9, 9),
                textcoords="offset points",
                color=_ALARM,
                zorder=4,
            )
    axes.plot(room.pose.x, room.pose.y, "^", color="black", markersize=12, zorder=5)
    axes.annotate(label("radar"), (room.pose.x, room.pose.y), (10, -4), textcoords="offset points")
    _frame_floor(axes, story)
    if story.tracks:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=4, frameon=False)


def _frame_floor(axes: Axes, story: Story) -> None:
    """Show all that is drawn, at one scale."""
    room = story.room
    moments = [moment for track in story.tracks.values() for moment in track]
    x = [room.pose.x, *(m.x for m in moments)]
    y = [room.pose.y, *(m.y for m in moments)]
    for zone in room.zones:
        x += [zone.x_min, zone.x_max]
        y += [zone.y_min, zone.y_max]
    axes.set_xlim(min(x) - _MARGIN_METRES, max(x) + 2 * _MARGIN_METRES)
    axes.set_ylim(min(y) - _MARGIN_METRES, max(y) + _MARGIN_METRES)
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


def _draw_heights(axes: Axes, story: Story, label: Label, colours: Mapping[int, str]) -> None:
    axes.set_title(label("heights"))
    axes.set_ylabel(label("height_axis"))
    seen = False
    for number, track in story.tracks.items():
        seen_here = [moment for moment in track if moment.heights is not None]
        if not seen_here:
            continue
        seen = True
        colour = colours.get(number, _OTHERS)
        at, middle = _broken(seen_here, story.step_seconds, lambda m: m.at, _height("middle"))
        _, low = _broken(seen_here, story.step_seconds, lambda m: m.at, _height("low"))
        _, high = _broken(seen_here, story.step_seconds, lambda m: m.at, _height("high"))
        axes.plot(at, middle, color=colour, linewidth=1.4)
        axes.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
    if seen:
        axes.axhline(0.0, color="#888888", linewidth=1)
        axes.grid(color="#dddddd", linewidth=0.5)
    else:
        axes.text(0.5, 0.5, label("no_heights"), transform=axes.transAxes, ha="center")
        axes.set_yticks([])
    for event, _ in story.events:
        if isinstance(event, _ALARMS):
            axes.axvline(event.at, color=_ALARM, linewidth=1, linestyle="--")
    axes.tick_params(labelbottom=False)


def _height(which: str) -> Callable[[Moment], float]:
    return lambda moment: float(getattr(moment.heights, which))


def _draw_events(axes: Axes, story: Story, label: Label) -> None:
    """Give each kind of event a line of its own, the first one on top."""
    axes.set_title(label("events"))
    axes.set_xlabel(label("time_axis"))
    kinds = list(dict.fromkeys(short for _, short in story.events))
    for event, short in story.events:
        alarm = isinstance(event, _ALARMS)
        axes.plot(
            event.at,
            kinds.index(short),
            "X" if alarm else "o",
            color=_ALARM if alarm else "#444444",
            markersize=10 if alarm else 6,
        )
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_ylim(max(len(kinds), 1) - 0.5, -0.5)
    if not kinds:
        axes.text(0.5, 0.5, label("none"), transform=axes.transAxes, ha="center")
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=_MINUTES))
    axes.xaxis.set_major_formatter(lambda at, _: clock_of(at) if at >= 0 else "")


def _broken(
    track: Sequence[Moment],
    step_seconds: float,
    x_of: Callable[[Moment], float],
    y_of: Callable[[Moment], float],
) -> tuple[list[float], list[float]]:
    """The line of a track, with a gap where it was lost or leapt."""
    x, y = [x_of(track[0])], [y_of(track[0])]
    longest = max(_LEAP_SECONDS, 2 * step_seconds)
    for before, now in pairwise(track):
        leapt = hypot(now.x - before.x, now.y - before.y) > _LEAP_METRES
        if leapt or not 0.0 <= now.at - before.at <= longest:
            x.append(float("nan"))
            y.append(float("nan"))
        x.append(x_of(now))
        y.append(y_of(now))
    return x, y
