"""The C++ firmware and the Python side must say and do the same, byte for byte."""

import json
import random
import shutil
import subprocess
from dataclasses import asdict, astuple
from pathlib import Path

import pytest

import robot_io
from robot_io import codes
from robot_io import messages as m
from robot_io.body import Progress, Senses
from robot_io.conformance import SESSION, Rehearsal, command
from robot_io.frame import Decoder, Frame, encode

SHORT_MS = (0, 1, 10, 20, 49, 50)
LONG_MS = (100, 499, 500, 501)
ROOT = Path(robot_io.__file__).parent
VECTORS = json.loads((ROOT / "vectors.json").read_text())


def sense_line(senses):
    return "sense " + " ".join(str(int(value)) for value in astuple(senses))


def at_line(now_ms, data):
    return f"at {now_ms} {data.hex() or '-'}"


def answer_of(sent, calls):
    return f"{sent.hex() or '-'} {','.join(calls) or '-'}"


def test_checksums_agree(firmware):
    for vector in VECTORS["crc16"]:
        assert firmware.ask(f"crc {vector['data']}") == vector["crc"]


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda v: v["name"])
def test_messages_agree(firmware, vector):
    kind, session, sequence = vector["type"], vector["session"], vector["sequence"]
    line = firmware.ask(f"encode 1 {kind} {session} {sequence} {vector['payload']}")
    assert line == vector["line"]
    firmware.ask("fresh")
    found = firmware.ask(f"frame {vector['line']}")
    assert found == f"{kind} {session} {sequence} 1 {vector['payload']};"


@pytest.mark.parametrize("vector", VECTORS["spoilt"], ids=lambda v: v["name"])
def test_spoilt_frames_agree(firmware, vector):
    firmware.ask("fresh")
    found = firmware.ask(f"frame {vector['line']}")
    assert found.count(";") == vector["frames"]
    counts = " ".join(str(count) for count in vector["counts"].values())
    assert firmware.ask("counts") == counts


@pytest.mark.parametrize("dialogue", VECTORS["dialogues"], ids=lambda d: d["name"])
def test_dialogues_agree(firmware, dialogue):
    firmware.ask("device 1")
    for step in dialogue["steps"]:
        firmware.ask(sense_line(Senses(**step["senses"])))
        firmware.ask(f"progress {step['progress']}")
        answer = firmware.ask(at_line(step["ms"], bytes.fromhex(step["to_robot"])))
        assert answer == answer_of(bytes.fromhex(step["from_robot"]), step["calls"])


def random_line(rng):
    """Frames, spoilt frames and noise."""
    line = b""
    for _ in range(rng.randrange(1, 6)):
        payload = rng.randbytes(rng.choice((0, 1, 3, 8, 36, 127, 128)))
        frame = Frame(
            rng.randrange(256),
            rng.randrange(65536),
            rng.randrange(65536),
            payload,
            rng.randrange(3),
        )
        piece = bytearray(encode(frame))
        for _ in range(rng.choice((0, 0, 1, 3))):
            at = rng.randrange(len(piece))
            match rng.randrange(3):
                case 0:
                    piece[at] = rng.randrange(256)
                case 1:
                    piece.insert(at, rng.choice((0, 255, 1)))
                case _ if len(piece) > 1:
                    del piece[at]
        line += bytes(piece) + rng.choice((b"", b"", rng.randbytes(rng.randrange(200))))
    return line


def fuzz_frames(firmware, seed, rounds):
    rng = random.Random(seed)
    lines = [random_line(rng) for _ in range(rounds)]
    firmware.ask("fresh")
    decoder = Decoder()
    answers = firmware.ask_all([f"frame {line.hex()}" for line in lines])
    good = 0
    for line, answer in zip(lines, answers, strict=True):
        frames = decoder.feed(line)
        good += len(frames)
        expected = "".join(
            f"{f.type} {f.session} {f.sequence} {f.version} {f.payload.hex()};" for f in frames
        )
        assert answer == expected, line.hex()
    assert firmware.ask("counts") == " ".join(str(n) for n in asdict(decoder.counts).values())
    assert good > rounds // 4  # the fuzz reaches the code behind the checks
    assert decoder.counts.bad > rounds // 4


def random_command(rng, sequence, session):
    """Mostly sensible, at the edges of every limit, sometimes another size, order or version."""
    duration = rng.choice((0, 1, 300, 5000, 10_000, 10_001, 300_001, 0xFFFFFFFF))
    speed, turn = rng.choice((0, 100, -100, 500, 501, -32768)), rng.choice((0, 2000, -2001))
    message = rng.choice(
        (
            m.Drive(speed, turn, duration),
            m.Drive(100, 0, 5000),
            m.Drive(-100, 50, 300),
            m.GoTo(duration, rng.choice(("sofa", "moon", "厨房"))),
            m.Dock(duration),
            m.Undock(duration),
            m.Look(rng.choice((0, 1500, -1501)), rng.choice((0, 700, 701)), duration),
            m.Release(rng.choice((0, 1, 2, 255))),
            m.Face(rng.randrange(256)),
            m.Text(rng.choice(("", "你好", "a" * 120))),
            m.Light(1, 2, 3, 4),
            m.Volume(rng.choice((0, 100, 101))),
            m.Read(),
            m.Places(),
            m.Nothing(),
            m.Heartbeat(),
            m.Stop(),
            m.Hello(rng.choice((0, 1, 2)), rng.choice((1, 1, 3))),
        )
    )
    payload = message.pack()
    kind: int = message.TYPE
    match rng.randrange(20):
        case 0:
            payload += rng.randbytes(rng.randrange(1, 5))
        case 1:
            payload = payload[:-1]
        case 2:
            kind = rng.randrange(256)
        case 3:
            payload = rng.randbytes(rng.randrange(40))
    version = rng.choice((1,) * 30 + (2,))
    return encode(Frame(kind, session, sequence, payload[:128], version))


def random_senses(rng):
    return Senses(
        x_mm=rng.choice((0, -1, 2**31 - 1)),
        battery_permille=rng.randrange(1001),
        bumpers=rng.choice((0, 0, 0, 1, 2, 3)),
        cliffs=rng.choice((0, 0, 0, 0, 4)),
        flags=codes.Flag(rng.choice((0, 0, 0, 0, 1, 3, 4, 8, 16))),
        pan_mrad=rng.choice((0, -1500)),
    )


def fuzz_device(firmware, seed, rounds):
    """The same bytes at the same times to both: the same bytes back, the same calls below."""
    rng = random.Random(seed)
    lines, expected = ["device 1"], ["ok"]
    robot = Rehearsal()
    now, sequence, session = rng.choice((0, 2**32 - 2000)), rng.randrange(65536), SESSION
    drives = 0
    for _ in range(rounds):
        now = (now + rng.choice(SHORT_MS if rng.random() < 0.97 else LONG_MS)) % 2**32
        if rng.random() < 0.1:
            robot.body.senses = random_senses(rng) if rng.random() < 0.5 else Senses()
            lines.append(sense_line(robot.body.senses))
            expected.append("ok")
        if rng.random() < 0.1:
            robot.body.errand = rng.choice(list(Progress))
            lines.append(f"progress {robot.body.errand.value}")
            expected.append("ok")
        match rng.randrange(12):
            case 0 if robot.device.session != session or rng.random() < 0.1:
                session = rng.choice((SESSION, 0, rng.randrange(65536), rng.randrange(65536)))
                data = command(m.Hello(1, 1), sequence, session)
            case 1:
                data = b""
            case 2:
                data = rng.randbytes(rng.randrange(1, 60))
            case 3 if robot.device._hold_reason:
                data = command(m.Release(robot.device._hold), sequence, session)
            case _:
                step = rng.choice((0, 0, 0, 0, -1, -2, 1, 5, 40))
                data = random_command(rng, (sequence + step) % 65536, session)
                if step == 0:
                    sequence = robot.device._expected
        sent, calls = robot.at(now, data)
        sequence = robot.device._expected
        drives += sum(call.startswith("drive:") and call != "drive:0:0" for call in calls)
        lines.append(at_line(now, data))
        expected.append(answer_of(sent, calls))
    for line, answer, right in zip(lines, firmware.ask_all(lines), expected, strict=True):
        assert answer == right, line
    return drives


def test_frames_agree_under_fuzzing(firmware):
    fuzz_frames(firmware, seed=1, rounds=1500)


def test_devices_agree_under_fuzzing(firmware):
    drives = sum(fuzz_device(firmware, seed, rounds=400) for seed in range(10))
    assert drives > 20  # the fuzz gets through to the wheels


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_agreement_under_long_fuzzing(firmware):
    for seed in range(200):
        fuzz_frames(firmware, seed, rounds=2000)
        fuzz_device(firmware, seed, rounds=4000)


def test_the_example_sketch_compiles():
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ on this machine: the example sketch cannot be compiled")
    sketch = ROOT / "firmware" / "examples" / "AnbanRobot" / "AnbanRobot.ino"
    headers = Path(__file__).parent / "arduino"
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++"]
    subprocess.run(
        [compiler, *flags, f"-I{headers}", f"-I{ROOT / 'firmware' / 'src'}", sketch], check=True
    )


def test_the_firmware_needs_neither_heap_nor_exceptions(tmp_path):
    compiler, lister = shutil.which("g++"), shutil.which("nm")
    if compiler is None or lister is None:
        pytest.skip("no g++ and nm on this machine: the firmware's symbols cannot be listed")
    undefined = set()
    for source in sorted((ROOT / "firmware" / "src").glob("*.cpp")):
        compiled = tmp_path / f"{source.stem}.o"
        strict = "-std=c++11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Os"
        flags = [*strict.split(), "-fno-exceptions", "-fno-rtti", "-c"]
        subprocess.run([compiler, *flags, source, "-o", compiled], check=True)
        listing = subprocess.run(
            [lister, "-u", compiled], check=True, capture_output=True, text=True
        ).stdout
        undefined |= {line.split()[-1] for line in listing.splitlines()}
    outside = {name for name in undefined if not name.startswith("_ZN5anban")}
    allowed = {"memcpy", "strnlen", "memset", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}
    assert outside <= allowed, outside
