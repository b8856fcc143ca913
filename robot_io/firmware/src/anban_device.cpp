#include "anban_device.h"

#include <string.h>

namespace anban {

namespace {

struct Shape {
  uint8_t type;
  uint8_t fixed_bytes;
  uint8_t text_max_bytes;  // 0: no text follows
  uint32_t part;           // 0: none needed
  bool moves;
};

constexpr Shape kShapes[] = {
    {kNothing, 0, 0, 0, false},
    {kDrive, 8, 0, kWheels, true},
    {kGoTo, 4, kNameMaxBytes, kNavigation, true},
    {kDock, 4, 0, kDockingPart, true},
    {kUndock, 4, 0, kDockingPart, true},
    {kLook, 8, 0, kHead, true},
    {kRelease, 1, 0, 0, false},
    {kFace, 1, 0, kFacePart, false},
    {kText, 0, kTextMaxBytes, kTextPart, false},
    {kLight, 4, 0, kLightPart, false},
    {kChime, 1, 0, kChimePart, false},
    {kVolume, 1, 0, kVolumePart, false},
    {kRead, 0, 0, 0, false},
    {kPlaces, 0, 0, kNavigation, false},
};

const Shape* ShapeOf(uint8_t type) {
  for (const Shape& shape : kShapes) {
    if (shape.type == type) return &shape;
  }
  return nullptr;
}

bool IsWellFormed(const Shape& shape, const Frame& frame) {
  if (frame.length < shape.fixed_bytes) return false;
  const size_t text = static_cast<size_t>(frame.length) - shape.fixed_bytes;
  if (text > shape.text_max_bytes) return false;
  return IsUtf8(frame.payload + shape.fixed_bytes, text);
}

bool Within(int16_t value, uint16_t limit) {
  const int32_t wide = value;
  return (wide < 0 ? -wide : wide) <= static_cast<int32_t>(limit);
}

bool Passed(uint32_t since_deadline) { return since_deadline < 0x80000000u; }

}  // namespace

bool IsUtf8(const uint8_t* data, size_t size) {
  size_t i = 0;
  while (i < size) {
    const uint8_t lead = data[i];
    size_t more = 0;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    if (lead < 0x80) {
      more = 0;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (i + more >= size) return false;
    for (size_t k = 1; k <= more; ++k) {
      const uint8_t next = data[i + k];
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += more + 1;
  }
  return true;
}

Device::Device(const Nature& nature, Body* body, uint16_t boot)
    : nature_(nature), body_(body), boot_(boot) {}

void Device::Receive(const uint8_t* data, size_t size, uint32_t now_ms) {
  // What the clock has already ended ends first: bytes that waited cannot move the robot.
  Tick(now_ms);
  Frame frame;
  for (size_t i = 0; i < size; ++i) {
    if (decoder_.Take(data[i], &frame)) Handle(frame);
  }
}

void Device::Tick(uint32_t now_ms) {
  now_ms_ = now_ms;
  senses_ = body_->Sense();
  if (in_session_ && Since(heard_ms_) >= kDeadManMs) {
    HaltAll(kHeartbeatEnd);
    closed_session_ = session_;
    has_closed_session_ = true;
    in_session_ = false;
  }
  WatchContacts();
  WatchTime();
  if (in_session_ && Since(report_ms_) >= kReportPeriodMs) Report();
}

void Device::WatchContacts() {
  const bool lifted = (senses_.flags & kLiftedFlag) != 0;
  const uint32_t contacts = senses_.bumpers | (static_cast<uint32_t>(senses_.cliffs) << 8) |
                            (static_cast<uint32_t>(lifted ? 1 : 0) << 16);
  const uint32_t fresh = contacts & ~contacts_;
  contacts_ = contacts;
  if (senses_.flags & kEmergencyStop) {
    if (motion_ != kIdle || looking_) HaltAll(kEmergencyStopEnd);
  } else if (fresh != 0 && motion_ != kIdle) {
    End reason = kBumper;
    if (fresh >> 16) {
      reason = kLifted;
    } else if (fresh >> 8) {
      reason = kCliff;
    }
    HaltAll(reason);
    hold_reason_ = reason;
    ++hold_;
  }
}

void Device::WatchTime() {
  if (motion_ != kIdle) {
    const bool overdue = Passed(Since(motion_deadline_ms_));
    if (motion_ == kDriving) {
      if (overdue) HaltWheels(kFinished);
    } else {
      const Progress progress = body_->ErrandProgress();
      if (progress != kRunning) {
        HaltWheels(progress == kArrived ? kFinished : kFailed);
      } else if (overdue) {
        HaltWheels(kTimeUp);
      }
    }
  }
  if (looking_ && Passed(Since(look_deadline_ms_))) {
    looking_ = false;
    body_->HaltHead();
  }
}

void Device::HaltWheels(End end) {
  if (motion_ != kIdle) end_ = end;
  motion_ = kIdle;
  body_->Drive(0, 0);
}

void Device::HaltAll(End end) {
  if (motion_ != kIdle) end_ = end;
  motion_ = kIdle;
  looking_ = false;
  body_->Halt();
}

void Device::Handle(const Frame& frame) {
  if (frame.type >= kFromRobot) return;  // a robot's own frames: an echoing line
  if (frame.version != kVersion) {
    if (frame.type == kHello) Refuse(frame, kVersionReason, kVersion | kVersion << 8);
    return;
  }
  if (frame.type == kHello) {
    Hello(frame);
  } else if (frame.type == kStop) {
    Stop(frame);
  } else if (!in_session_ || frame.session != session_) {
    Refuse(frame, kNoSession, 0);
  } else {
    heard_ms_ = now_ms_;
    if (frame.type >= kNothing) {
      Command(frame);
    } else if (frame.type == kHeartbeat) {
      Transmit(kAlive, frame.session, frame.sequence, nullptr, 0);
    }
  }
}

void Device::Hello(const Frame& frame) {
  if (frame.length != 2) return;
  if (frame.payload[0] > kVersion || frame.payload[1] < kVersion) {
    Refuse(frame, kVersionReason, kVersion | kVersion << 8);
    return;
  }
  if (frame.session == 0 || (has_closed_session_ && frame.session == closed_session_)) {
    Refuse(frame, kStaleSession, 0);
    return;
  }
  if (!in_session_ || frame.session != session_) {
    HaltAll(kStoppedEnd);
    if (in_session_) {
      closed_session_ = session_;
      has_closed_session_ = true;
    }
    in_session_ = true;
    session_ = frame.session;
    expected_ = frame.sequence;
    result_count_ = 0;
    has_barrier_ = false;
  }
  heard_ms_ = now_ms_;
  uint8_t welcome[20 + kNameMaxBytes];
  welcome[0] = kVersion;
  welcome[1] = nature_.window;
  Put16(welcome + 2, boot_);
  Put32(welcome + 4, nature_.parts);
  Put16(welcome + 8, nature_.linear_max_mm_s);
  Put16(welcome + 10, nature_.angular_max_mrad_s);
  Put16(welcome + 12, nature_.pan_max_mrad);
  Put16(welcome + 14, nature_.tilt_max_mrad);
  Put16(welcome + 16, kDeadManMs);
  welcome[18] = nature_.firmware_major;
  welcome[19] = nature_.firmware_minor;
  const size_t name = strnlen(nature_.name, kNameMaxBytes);
  memcpy(welcome + 20, nature_.name, name);
  Transmit(kWelcome, frame.session, frame.sequence, welcome, 20 + name);
  Report();
}

void Device::Stop(const Frame& frame) {
  HaltAll(kStoppedEnd);
  if (in_session_ && frame.session == session_) {
    heard_ms_ = now_ms_;
    const uint16_t ahead = static_cast<uint16_t>(frame.sequence - expected_);
    if (ahead > 0 && ahead <= kWindow) {
      barrier_ = frame.sequence;
      has_barrier_ = true;
    }
  }
  Transmit(kStopped, frame.session, frame.sequence, nullptr, 0);
}

void Device::Command(const Frame& frame) {
  const uint16_t behind = static_cast<uint16_t>(expected_ - frame.sequence);
  Status status = kDone;
  if (behind >= 1 && behind <= result_count_) {
    status = static_cast<Status>(results_[frame.sequence % kWindow]);
  } else if (behind == 0) {
    status = Execute(frame);
    results_[frame.sequence % kWindow] = status;
    if (result_count_ < kWindow) ++result_count_;
    ++expected_;
    if (has_barrier_ && barrier_ == expected_) has_barrier_ = false;
  } else {
    Refuse(frame, kOutOfOrder, expected_);
    return;
  }
  uint8_t answer[1 + kTextMaxBytes];
  size_t size = 1;
  answer[0] = status;
  if (status == kDone && frame.type == kRead) {
    PackState(answer + 1);
    size += kStateBytes;
  } else if (status == kDone && frame.type == kPlaces) {
    size += body_->Places(answer + 1);
  }
  Transmit(kAcknowledge, frame.session, frame.sequence, answer, size);
}

Status Device::Execute(const Frame& frame) {
  const Shape* shape = ShapeOf(frame.type);
  if (shape == nullptr) return kUnknown;
  if (!IsWellFormed(*shape, frame)) return kMalformed;
  if (shape->part != 0 && (nature_.parts & shape->part) == 0) return kNotSupported;
  if (has_barrier_ && shape->moves) return kCancelled;
  switch (frame.type) {
    case kDrive:
      return Drive(frame);
    case kGoTo:
    case kDock:
    case kUndock:
      return Errand(frame);
    case kLook:
      return Look(frame);
    case kRelease:
      return Release(frame);
    case kVolume:
      if (frame.payload[0] > 100) return kBeyondLimit;
      break;
    default:
      break;
  }
  if (frame.type >= kFace && frame.type <= kVolume) {
    body_->Show(static_cast<Type>(frame.type), frame.payload, frame.length);
  }
  return kDone;
}

Status Device::Barred() const {
  if (senses_.flags & kEmergencyStop) return kEmergencyStopStatus;
  if (hold_reason_ != kNone) return kHeld;
  if (senses_.flags & kLiftedFlag) return kBlocked;
  return kDone;
}

Status Device::Drive(const Frame& frame) {
  const int16_t linear = GetSigned16(frame.payload);
  const int16_t angular = GetSigned16(frame.payload + 2);
  const uint32_t duration_ms = Get32(frame.payload + 4);
  if (duration_ms < 1 || duration_ms > kDriveMaxMs || !Within(linear, nature_.linear_max_mm_s) ||
      !Within(angular, nature_.angular_max_mrad_s)) {
    return kBeyondLimit;
  }
  if (linear != 0 || angular != 0) {
    const Status barred = Barred();
    if (barred != kDone) return barred;
    if (senses_.flags & kDocked) return kDockedStatus;
    if (linear > 0 && (senses_.bumpers != 0 || senses_.cliffs != 0)) return kBlocked;
  }
  BeginMotion(kDriving, frame.sequence, duration_ms);
  body_->Drive(linear, angular);
  return kDone;
}

Status Device::Errand(const Frame& frame) {
  const uint32_t duration_ms = Get32(frame.payload);
  if (duration_ms < 1 || duration_ms > kErrandMaxMs) return kBeyondLimit;
  const Status barred = Barred();
  if (barred != kDone) return barred;
  const bool docked = (senses_.flags & kDocked) != 0;
  if (frame.type == kGoTo && docked) return kDockedStatus;
  if (frame.type != kUndock && (senses_.bumpers != 0 || senses_.cliffs != 0)) return kBlocked;
  if (frame.type != kGoTo && docked == (frame.type == kDock)) {
    HaltWheels(kReplaced);  // it is there already
    motion_sequence_ = frame.sequence;
    end_ = kFinished;
    return kDone;
  }
  const Motion motion = frame.type == kGoTo ? kGoing : frame.type == kDock ? kDocking : kUndocking;
  const char* place = reinterpret_cast<const char*>(frame.payload + 4);
  if (!body_->Begin(motion, place, static_cast<size_t>(frame.length) - 4)) return kNoSuchPlace;
  BeginMotion(motion, frame.sequence, duration_ms);
  return kDone;
}

Status Device::Look(const Frame& frame) {
  const int16_t pan = GetSigned16(frame.payload);
  const int16_t tilt = GetSigned16(frame.payload + 2);
  const uint32_t duration_ms = Get32(frame.payload + 4);
  if (duration_ms < 1 || duration_ms > kLookMaxMs || !Within(pan, nature_.pan_max_mrad) ||
      !Within(tilt, nature_.tilt_max_mrad)) {
    return kBeyondLimit;
  }
  if (senses_.flags & kEmergencyStop) return kEmergencyStopStatus;
  looking_ = true;
  look_deadline_ms_ = now_ms_ + duration_ms;
  body_->Look(pan, tilt);
  return kDone;
}

Status Device::Release(const Frame& frame) {
  if (hold_reason_ == kNone || frame.payload[0] != hold_) return kNotHeld;
  hold_reason_ = kNone;
  return kDone;
}

void Device::BeginMotion(Motion motion, uint16_t sequence, uint32_t duration_ms) {
  motion_ = motion;
  motion_sequence_ = sequence;
  motion_deadline_ms_ = now_ms_ + duration_ms;
  end_ = kNone;
}

void Device::PackState(uint8_t* out) const {
  Put32(out, now_ms_);
  Put32(out + 4, static_cast<uint32_t>(senses_.x_mm));
  Put32(out + 8, static_cast<uint32_t>(senses_.y_mm));
  Put32(out + 12, static_cast<uint32_t>(senses_.heading_mrad));
  Put16(out + 16, static_cast<uint16_t>(senses_.linear_mm_s));
  Put16(out + 18, static_cast<uint16_t>(senses_.angular_mrad_s));
  Put16(out + 20, senses_.battery_permille);
  out[22] = senses_.bumpers;
  out[23] = senses_.cliffs;
  out[24] = senses_.flags;
  out[25] = motion_;
  out[26] = hold_reason_;
  out[27] = hold_;
  Put16(out + 28, motion_sequence_);
  out[30] = end_;
  out[31] = senses_.button_presses;
  Put16(out + 32, static_cast<uint16_t>(senses_.pan_mrad));
  Put16(out + 34, static_cast<uint16_t>(senses_.tilt_mrad));
}

void Device::Report() {
  report_ms_ = now_ms_;
  uint8_t state[kStateBytes];
  PackState(state);
  Transmit(kState, in_session_ ? session_ : 0, report_sequence_, state, kStateBytes);
  ++report_sequence_;
}

void Device::Refuse(const Frame& frame, Reason reason, uint16_t detail) {
  uint8_t payload[3] = {reason, 0, 0};
  Put16(payload + 1, detail);
  Transmit(kRefusal, frame.session, frame.sequence, payload, sizeof(payload));
}

void Device::Transmit(Type type, uint16_t session, uint16_t sequence, const uint8_t* payload,
                      size_t size) {
  Frame frame;
  frame.version = kVersion;
  frame.type = type;
  frame.session = session;
  frame.sequence = sequence;
  frame.length = static_cast<uint8_t>(size);
  if (size != 0) memcpy(frame.payload, payload, size);
  uint8_t line[kLineMaxBytes];
  body_->Send(line, EncodeFrame(frame, line));
}

}  // namespace anban
