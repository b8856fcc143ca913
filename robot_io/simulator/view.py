"""The room as text for a terminal, or as a small SVG picture."""

import math
from collections.abc import Callable

from robot_io.driver import FaceName
from robot_io.simulator.body import SimulatedBody
from robot_io.simulator.world import PERSON_RADIUS_METRES, ROBOT_RADIUS_METRES, Wall

# A character is about twice as high as wide.
_COLUMNS_PER_METRE = 10
_ROWS_PER_METRE = 5
_ARROWS = "→↗↑↖←↙↓↘"
_PIXELS_PER_METRE = 80


def as_text(body: SimulatedBody) -> str:
    """The room from above, and a line or two about the robot."""
    room = body.room
    columns, rows = int(room.width * _COLUMNS_PER_METRE) + 1, int(room.height * _ROWS_PER_METRE) + 1
    grid = [[" "] * columns for _ in range(rows)]

    def put(x: float, y: float, mark: str) -> None:
        column, row = round(x * _COLUMNS_PER_METRE), rows - 1 - round(y * _ROWS_PER_METRE)
        if 0 <= column < columns and 0 <= row < rows:
            grid[row][column] = mark

    for drop in room.drops:
        for column in range(columns):
            for row in range(rows):
                if drop.contains(column / _COLUMNS_PER_METRE, row / _ROWS_PER_METRE):
                    put(column / _COLUMNS_PER_METRE, row / _ROWS_PER_METRE, "░")
    for wall in room.walls:
        _draw(wall, put)
    put(room.dock[0], room.dock[1], "⌂")
    for x, y in room.places.values():
        put(x, y, "·")
    if room.person is not None:
        put(*room.person, "☺")
    put(body.x, body.y, _ARROWS[round(body.heading / (math.pi / 4)) % 8])
    return "\n".join("".join(row) for row in grid) + "\n" + "\n".join(_about(body))


def _draw(wall: Wall, put: Callable[[float, float, str], None]) -> None:
    steps = max(1, int(math.dist((wall.x1, wall.y1), (wall.x2, wall.y2)) * _COLUMNS_PER_METRE))
    mark = "─" if wall.y1 == wall.y2 else "│" if wall.x1 == wall.x2 else "╱"
    for step in range(steps + 1):
        along = step / steps
        x = wall.x1 + along * (wall.x2 - wall.x1)
        y = wall.y1 + along * (wall.y2 - wall.y1)
        put(x, y, mark)


def _about(body: SimulatedBody) -> list[str]:
    states = [
        word
        for word, holds in (
            ("charging", body.docked),
            ("emergency stop", body.emergency_stop),
            ("lifted", body.lifted),
            ("bumper", bool(body.sense().bumpers)),
            ("cliff", bool(body.sense().cliffs)),
        )
        if holds
    ]
    faces = list(FaceName)
    face = faces[body.face] if body.face < len(faces) else str(body.face)
    return [
        f"x {body.x:.2f} m  y {body.y:.2f} m  heading {math.degrees(body.heading) % 360:.0f}°  "
        f"{body.speed:+.2f} m/s  {body.turn:+.2f} rad/s  battery {body.battery:.0%}  "
        + ", ".join(states),
        f"head {math.degrees(body.pan):+.0f}°/{math.degrees(body.tilt):+.0f}°  face {face}  "
        f"light {body.light[:3]}  screen {body.text!r}",
    ]


def as_svg(body: SimulatedBody) -> str:
    """The room from above as a picture of its own."""
    room, scale = body.room, _PIXELS_PER_METRE

    def x(metres: float) -> str:
        return f"{metres * scale:.1f}"

    def y(metres: float) -> str:
        return f"{(room.height - metres) * scale:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{x(room.width)}" '
        f'height="{x(room.height)}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fdfaf4"/>',
    ]
    parts += [
        f'<rect x="{x(d.left)}" y="{y(d.top)}" width="{x(d.right - d.left)}" '
        f'height="{x(d.top - d.bottom)}" fill="#777"/>'
        for d in room.drops
    ]
    parts += [
        f'<line x1="{x(w.x1)}" y1="{y(w.y1)}" x2="{x(w.x2)}" y2="{y(w.y2)}" '
        'stroke="#333" stroke-width="4"/>'
        for w in room.walls
    ]
    parts += [
        f'<text x="{x(px)}" y="{y(py)}" text-anchor="middle" fill="#567">{name}</text>'
        for name, (px, py) in room.places.items()
    ]
    dock_x, dock_y, _ = room.dock
    parts.append(
        f'<circle cx="{x(dock_x)}" cy="{y(dock_y)}" r="{x(ROBOT_RADIUS_METRES + 0.04)}" '
        'fill="none" stroke="#2a2" stroke-dasharray="4"/>'
    )
    if room.person is not None:
        parts.append(
            f'<circle cx="{x(room.person[0])}" cy="{y(room.person[1])}" '
            f'r="{x(PERSON_RADIUS_METRES)}" fill="#e9a"/>'
        )
    nose_x = body.x + ROBOT_RADIUS_METRES * math.cos(body.heading)
    nose_y = body.y + ROBOT_RADIUS_METRES * math.sin(body.heading)
    red, green, blue, _ = body.light
    parts.append(
        f'<circle cx="{x(body.x)}" cy="{y(body.y)}" r="{x(ROBOT_RADIUS_METRES)}" '
        f'fill="rgb({red},{green},{blue})" stroke="#125" stroke-width="3"/>'
        f'<line x1="{x(body.x)}" y1="{y(body.y)}" x2="{x(nose_x)}" y2="{y(nose_y)}" '
        'stroke="#fff" stroke-width="3"/>'
    )
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
