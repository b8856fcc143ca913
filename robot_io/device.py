"""The robot's side of the protocol: sessions, order, dead-man, holds. No I/O, no clock of its own.

The simulator runs this class; `firmware/src/anban_device.cpp` is the same state machine for a
microcontroller, and the tests compare the two byte for byte. All times are milliseconds of any
clock that counts up modulo 2**32.
"""

from collections.abc import Callable

from robot_io import codes
from robot_io import frame as framing
from robot_io import messages as m
from robot_io.body import Body, Nature, Progress, Senses
from robot_io.errors import ProtocolError
from robot_io.frame import Decoder, Frame

REPORT_PERIOD_MS = 50
_MASK16 = 0xFFFF
_MASK32 = 0xFFFFFFFF


_PART_OF: dict[type[m.Message], codes.Part] = {
    m.Drive: codes.Part.WHEELS,
    m.GoTo: codes.Part.NAVIGATION,
    m.Dock: codes.Part.DOCKING,
    m.Undock: codes.Part.DOCKING,
    m.Look: codes.Part.HEAD,
    m.Face: codes.Part.FACE,
    m.Text: codes.Part.TEXT,
    m.Light: codes.Part.LIGHT,
    m.Chime: codes.Part.CHIME,
    m.Volume: codes.Part.VOLUME,
    m.Places: codes.Part.NAVIGATION,
}


class Device:
    """One robot's protocol engine.

    Args:
        nature: what the robot is.
        body: its hardware.
        send: takes the bytes of one whole frame.
        boot: another number at each start, so that the host can tell a reboot.
    """

    def __init__(
        self, nature: Nature, body: Body, send: Callable[[bytes], None], boot: int
    ) -> None:
        self.motion = codes.Motion.IDLE
        self.session: int | None = None
        self._nature, self._body, self._send, self._boot = nature, body, send, boot
        self._decoder = Decoder()
        self._closed_session: int | None = None
        self._expected = 0
        self._results = bytearray(codes.WINDOW_MAX)
        self._result_count = 0
        self._barrier: int | None = None
        self._heard_ms = 0
        self._motion_deadline_ms = 0
        self._motion_sequence = 0
        self._look_deadline_ms: int | None = None
        self._end = codes.End.NONE
        self._hold_reason = codes.End.NONE
        self._hold = 0
        self._contacts = 0
        self._report_ms = 0
        self._report_sequence = 0
        self._now_ms = 0
        self._senses = Senses()

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the line; what the clock has already ended ends first."""
        self.tick(now_ms)
        for frame in self._decoder.feed(data):
            self._handle(frame)

    def tick(self, now_ms: int) -> None:
        """Do what time brings; call it at least every 20 ms."""
        self._now_ms = now_ms & _MASK32
        self._senses = self._body.sense()
        if self.session is not None and self._since(self._heard_ms) >= codes.DEAD_MAN_MS:
            self._halt(codes.End.HEARTBEAT)
            self._closed_session, self.session = self.session, None
        self._watch_contacts()
        self._watch_time()
        if self.session is not None and self._since(self._report_ms) >= REPORT_PERIOD_MS:
            self._report()

    def _since(self, then_ms: int) -> int:
        return (self._now_ms - then_ms) & _MASK32

    def _watch_contacts(self) -> None:
        senses = self._senses
        lifted = bool(senses.flags & codes.Flag.LIFTED)
        contacts = (senses.bumpers & 0xFF) | (senses.cliffs & 0xFF) << 8 | lifted << 16
        new = contacts & ~self._contacts
        self._contacts = contacts
        if senses.flags & codes.Flag.EMERGENCY_STOP:
            if self.motion != codes.Motion.IDLE or self._look_deadline_ms is not None:
                self._halt(codes.End.EMERGENCY_STOP)
        elif new and self.motion != codes.Motion.IDLE:
            reason = codes.End.BUMPER
            if new >> 16:
                reason = codes.End.LIFTED
            elif new >> 8:
                reason = codes.End.CLIFF
            self._halt(reason)
            self._hold_reason = reason
            self._hold = (self._hold + 1) & 0xFF

    def _watch_time(self) -> None:
        if self.motion != codes.Motion.IDLE:
            overdue = self._since(self._motion_deadline_ms) < 1 << 31
            if self.motion == codes.Motion.DRIVE:
                if overdue:
                    self._halt_wheels(codes.End.FINISHED)
            elif (progress := self._body.progress()) != Progress.RUNNING:
                arrived = progress == Progress.ARRIVED
                self._halt_wheels(codes.End.FINISHED if arrived else codes.End.FAILED)
            elif overdue:
                self._halt_wheels(codes.End.TIME_UP)
        if self._look_deadline_ms is not None and self._since(self._look_deadline_ms) < 1 << 31:
            self._look_deadline_ms = None
            self._body.halt_head()

    def _halt_wheels(self, end: codes.End) -> None:
        if self.motion != codes.Motion.IDLE:
            self._end = end
        self.motion = codes.Motion.IDLE
        self._body.drive(0, 0)

    def _halt(self, end: codes.End) -> None:
        if self.motion != codes.Motion.IDLE:
            self._end = end
        self.motion = codes.Motion.IDLE
        self._look_deadline_ms = None
        self._body.halt()

    def _handle(self, frame: Frame) -> None:
        if frame.type >= codes.Type.WELCOME - 1:  # a robot's own frames: an echoing line
            return
        if frame.version != framing.VERSION:
            if frame.type == codes.Type.HELLO:
                self._refuse(frame, codes.Reason.VERSION, framing.VERSION | framing.VERSION << 8)
            return
        if frame.type == codes.Type.HELLO:
            self._hello(frame)
        elif frame.type == codes.Type.STOP:
            self._stop(frame)
        elif self.session is None or frame.session != self.session:
            self._refuse(frame, codes.Reason.NO_SESSION, 0)
        else:
            self._heard_ms = self._now_ms
            if frame.type >= codes.Type.NOTHING:
                self._command(frame)
            elif frame.type == codes.Type.HEARTBEAT:
                self._reply(frame, m.Alive())

    def _hello(self, frame: Frame) -> None:
        try:
            hello = m.Hello.unpack(frame.payload)
        except ProtocolError:
            return
        if not hello.oldest_version <= framing.VERSION <= hello.newest_version:
            self._refuse(frame, codes.Reason.VERSION, framing.VERSION | framing.VERSION << 8)
            return
        if frame.session in (0, self._closed_session):
            self._refuse(frame, codes.Reason.STALE_SESSION, 0)
            return
        if frame.session != self.session:
            self._halt(codes.End.STOPPED)
            if self.session is not None:
                self._closed_session = self.session
            self.session = frame.session
            self._expected = frame.sequence
            self._result_count = 0
            self._barrier = None
        self._heard_ms = self._now_ms
        nature = self._nature
        self._reply(
            frame,
            m.Welcome(
                framing.VERSION,
                nature.window,
                self._boot,
                nature.parts,
                nature.linear_max_mm_s,
                nature.angular_max_mrad_s,
                nature.pan_max_mrad,
                nature.tilt_max_mrad,
                codes.DEAD_MAN_MS,
                *nature.firmware,
                nature.name,
            ),
        )
        self._report()

    def _stop(self, frame: Frame) -> None:
        self._halt(codes.End.STOPPED)
        if self.session is not None and frame.session == self.session:
            self._heard_ms = self._now_ms
            if 0 < (frame.sequence - self._expected) & _MASK16 <= codes.WINDOW_MAX:
                self._barrier = frame.sequence
        self._reply(frame, m.Stopped())

    def _command(self, frame: Frame) -> None:
        behind = (self._expected - frame.sequence) & _MASK16
        if 1 <= behind <= self._result_count:
            status = codes.Status(self._results[frame.sequence % codes.WINDOW_MAX])
        elif behind == 0:
            status = self._execute(frame)
            self._results[frame.sequence % codes.WINDOW_MAX] = status
            self._result_count = min(self._result_count + 1, codes.WINDOW_MAX)
            self._expected = (self._expected + 1) & _MASK16
            if self._barrier == self._expected:
                self._barrier = None
        else:
            self._refuse(frame, codes.Reason.OUT_OF_ORDER, self._expected)
            return
        answer = b""
        if status == codes.Status.DONE and frame.type == codes.Type.READ:
            answer = self._state().pack()
        elif status == codes.Status.DONE and frame.type == codes.Type.PLACES:
            answer = self._body.places().encode()[: m.TEXT_MAX_BYTES]
        acknowledge = bytes((status,)) + answer
        self._transmit(codes.Type.ACKNOWLEDGE, frame.session, frame.sequence, acknowledge)

    def _execute(self, frame: Frame) -> codes.Status:
        cls = m.BY_TYPE.get(frame.type)
        if cls is None:
            return codes.Status.UNKNOWN
        try:
            message = cls.unpack(frame.payload)
        except ProtocolError:
            return codes.Status.MALFORMED
        part = _PART_OF.get(cls)
        if part is not None and not self._nature.parts & part:
            return codes.Status.NOT_SUPPORTED
        if self._barrier is not None and frame.type in codes.MOTIONS:
            return codes.Status.CANCELLED
        match message:
            case m.Drive():
                return self._drive(message, frame.sequence)
            case m.GoTo() | m.Dock() | m.Undock():
                return self._errand(message, frame.sequence)
            case m.Look():
                return self._look(message)
            case m.Release(hold):
                if self._hold_reason == codes.End.NONE or hold != self._hold:
                    return codes.Status.NOT_HELD
                self._hold_reason = codes.End.NONE
            case m.Volume(percent) if percent > 100:
                return codes.Status.BEYOND_LIMIT
            case m.Face() | m.Text() | m.Light() | m.Chime() | m.Volume():
                self._body.show(message)
        return codes.Status.DONE

    def _barred(self) -> codes.Status:
        """What keeps the robot from any motion at all."""
        if self._senses.flags & codes.Flag.EMERGENCY_STOP:
            return codes.Status.EMERGENCY_STOP
        if self._hold_reason != codes.End.NONE:
            return codes.Status.HELD
        if self._senses.flags & codes.Flag.LIFTED:
            return codes.Status.BLOCKED
        return codes.Status.DONE

    def _drive(self, drive: m.Drive, sequence: int) -> codes.Status:
        nature, senses = self._nature, self._senses
        if (
            not 1 <= drive.duration_ms <= codes.DRIVE_MAX_MS
            or abs(drive.linear_mm_s) > nature.linear_max_mm_s
            or abs(drive.angular_mrad_s) > nature.angular_max_mrad_s
        ):
            return codes.Status.BEYOND_LIMIT
        if drive.linear_mm_s or drive.angular_mrad_s:
            barred = self._barred()
            if barred != codes.Status.DONE:
                return barred
            if senses.flags & codes.Flag.DOCKED:
                return codes.Status.DOCKED
            if drive.linear_mm_s > 0 and (senses.bumpers or senses.cliffs):
                return codes.Status.BLOCKED
        self._begin(codes.Motion.DRIVE, sequence, drive.duration_ms)
        self._body.drive(drive.linear_mm_s, drive.angular_mrad_s)
        return codes.Status.DONE

    def _errand(self, message: m.GoTo | m.Dock | m.Undock, sequence: int) -> codes.Status:
        if not 1 <= message.duration_ms <= codes.ERRAND_MAX_MS:
            return codes.Status.BEYOND_LIMIT
        barred = self._barred()
        if barred != codes.Status.DONE:
            return barred
        errand = codes.Motion[message.TYPE.name]
        docked = bool(self._senses.flags & codes.Flag.DOCKED)
        if errand == codes.Motion.GO_TO and docked:
            return codes.Status.DOCKED
        if errand != codes.Motion.UNDOCK and (self._senses.bumpers or self._senses.cliffs):
            return codes.Status.BLOCKED
        if errand != codes.Motion.GO_TO and docked == (errand == codes.Motion.DOCK):
            self._halt_wheels(codes.End.REPLACED)  # it is there already
            self._motion_sequence, self._end = sequence, codes.End.FINISHED
            return codes.Status.DONE
        if not self._body.begin(errand, message.place if isinstance(message, m.GoTo) else ""):
            return codes.Status.NO_SUCH_PLACE
        self._begin(errand, sequence, message.duration_ms)
        return codes.Status.DONE

    def _begin(self, motion: codes.Motion, sequence: int, duration_ms: int) -> None:
        self.motion = motion
        self._motion_sequence = sequence
        self._motion_deadline_ms = (self._now_ms + duration_ms) & _MASK32
        self._end = codes.End.NONE

    def _look(self, look: m.Look) -> codes.Status:
        if (
            not 1 <= look.duration_ms <= codes.LOOK_MAX_MS
            or abs(look.pan_mrad) > self._nature.pan_max_mrad
            or abs(look.tilt_mrad) > self._nature.tilt_max_mrad
        ):
            return codes.Status.BEYOND_LIMIT
        if self._senses.flags & codes.Flag.EMERGENCY_STOP:
            return codes.Status.EMERGENCY_STOP
        self._look_deadline_ms = (self._now_ms + look.duration_ms) & _MASK32
        self._body.look(look.pan_mrad, look.tilt_mrad)
        return codes.Status.DONE

    def _state(self) -> m.State:
        s = self._senses
        return m.State(
            self._now_ms,
            s.x_mm,
            s.y_mm,
            s.heading_mrad,
            s.linear_mm_s,
            s.angular_mrad_s,
            s.battery_permille,
            s.bumpers,
            s.cliffs,
            s.flags,
            self.motion,
            self._hold_reason,
            self._hold,
            self._motion_sequence,
            self._end,
            s.button_presses,
            s.pan_mrad,
            s.tilt_mrad,
        )

    def _report(self) -> None:
        self._report_ms = self._now_ms
        self._transmit(
            codes.Type.STATE, self.session or 0, self._report_sequence, self._state().pack()
        )
        self._report_sequence = (self._report_sequence + 1) & _MASK16

    def _refuse(self, frame: Frame, reason: codes.Reason, detail: int) -> None:
        self._reply(frame, m.Refusal(reason, detail))

    def _reply(self, frame: Frame, message: m.Message) -> None:
        self._transmit(message.TYPE, frame.session, frame.sequence, message.pack())

    def _transmit(self, kind: codes.Type, session: int, sequence: int, payload: bytes) -> None:
        self._send(framing.encode(Frame(kind, session, sequence, payload)))
