// The robot's side of the Anban protocol: sessions, order, dead-man, holds.
// The same state machine as robot_io/device.py; the tests compare the two byte for byte.
//
// Fulfil `Body` with your hardware, then call `Receive` with every byte from the line and `Tick` at
// least every 20 ms, and let a hardware watchdog reset the controller when `Tick` is not reached
// for 500 ms.
#pragma once

#include "anban_frame.h"

namespace anban {

constexpr uint32_t kDeadManMs = 500;
constexpr uint32_t kReportPeriodMs = 50;
constexpr uint32_t kDriveMaxMs = 10000;
constexpr uint32_t kLookMaxMs = 10000;
constexpr uint32_t kErrandMaxMs = 300000;
constexpr uint16_t kWindow = 32;
constexpr size_t kTextMaxBytes = 120;
constexpr size_t kNameMaxBytes = 32;
constexpr size_t kStateBytes = 36;

enum Type : uint8_t {
  kHello = 0x01,
  kHeartbeat = 0x02,
  kStop = 0x03,
  kNothing = 0x0F,
  kDrive = 0x10,
  kGoTo = 0x11,
  kDock = 0x12,
  kUndock = 0x13,
  kLook = 0x14,
  kRelease = 0x15,
  kFace = 0x20,
  kText = 0x21,
  kLight = 0x22,
  kChime = 0x23,
  kVolume = 0x24,
  kRead = 0x30,
  kPlaces = 0x31,
  kFromRobot = 0x80,
  kWelcome = 0x81,
  kAcknowledge = 0x82,
  kRefusal = 0x83,
  kState = 0x84,
  kAlive = 0x85,
  kStopped = 0x86,
};

enum Status : uint8_t {
  kDone = 0,
  kUnknown = 1,
  kMalformed = 2,
  kBeyondLimit = 3,
  kNotSupported = 4,
  kDockedStatus = 5,
  kEmergencyStopStatus = 6,
  kBlocked = 7,
  kHeld = 8,
  kCancelled = 9,
  kNoSuchPlace = 10,
  kNotHeld = 11,
};

enum Reason : uint8_t { kVersionReason = 1, kNoSession = 2, kOutOfOrder = 3, kStaleSession = 4 };

enum End : uint8_t {
  kNone = 0,
  kFinished = 1,
  kStoppedEnd = 2,
  kReplaced = 3,
  kTimeUp = 4,
  kBumper = 5,
  kCliff = 6,
  kLifted = 7,
  kHeartbeatEnd = 8,
  kEmergencyStopEnd = 9,
  kFailed = 10,
};

enum Motion : uint8_t { kIdle = 0, kDriving = 1, kGoing = 2, kDocking = 3, kUndocking = 4 };

enum Part : uint32_t {
  kWheels = 1u << 0,
  kHead = 1u << 1,
  kFacePart = 1u << 2,
  kTextPart = 1u << 3,
  kLightPart = 1u << 4,
  kChimePart = 1u << 5,
  kVolumePart = 1u << 6,
  kBattery = 1u << 7,
  kBumpers = 1u << 8,
  kCliffSensors = 1u << 9,
  kButton = 1u << 10,
  kDockingPart = 1u << 11,
  kNavigation = 1u << 12,
  kDeadMan = 1u << 13,
};

enum Flag : uint8_t {
  kDocked = 1 << 0,
  kCharging = 1 << 1,
  kEmergencyStop = 1 << 2,
  kLowBattery = 1 << 3,
  kLiftedFlag = 1 << 4,
};

enum Progress : uint8_t { kRunning = 0, kArrived = 1, kErrandFailed = 2 };

// What the robot is; `name` is UTF-8, at most 32 bytes.
struct Nature {
  const char* name;
  uint32_t parts;
  uint16_t linear_max_mm_s;
  uint16_t angular_max_mrad_s;
  uint16_t pan_max_mrad;
  uint16_t tilt_max_mrad;
  uint8_t firmware_major;
  uint8_t firmware_minor;
  uint8_t window;  // at most kWindow
};

// What the sensors say now.
struct Senses {
  int32_t x_mm;
  int32_t y_mm;
  int32_t heading_mrad;
  int16_t linear_mm_s;
  int16_t angular_mrad_s;
  uint16_t battery_permille;
  uint8_t bumpers;  // bit 0 left, bit 1 right
  uint8_t cliffs;   // bits 0 to 3, left to right
  uint8_t flags;    // Flag
  uint8_t button_presses;
  int16_t pan_mrad;
  int16_t tilt_mrad;
};

// The hardware below the protocol. Every call returns at once.
class Body {
 public:
  virtual Senses Sense() = 0;
  virtual void Drive(int16_t linear_mm_s, int16_t angular_mrad_s) = 0;
  virtual void Halt() = 0;  // wheels and head; called often, also when nothing moves
  virtual void HaltHead() = 0;
  virtual bool Begin(Motion errand, const char* place, size_t place_bytes) = 0;
  virtual Progress ErrandProgress() = 0;
  virtual void Look(int16_t pan_mrad, int16_t tilt_mrad) = 0;
  // A face, text, light, chime or volume; the payload has the right size and, for a text, is UTF-8.
  virtual void Show(Type type, const uint8_t* payload, size_t size) = 0;
  // Writes the names Begin knows, one a line, at most kTextMaxBytes; returns how many bytes.
  virtual size_t Places(uint8_t* out) = 0;
  virtual void Send(const uint8_t* data, size_t size) = 0;

 protected:
  ~Body() {}
};

class Device {
 public:
  // `boot` is another number at each start, so that the host can tell a reboot.
  Device(const Nature& nature, Body* body, uint16_t boot);

  void Receive(const uint8_t* data, size_t size, uint32_t now_ms);
  void Tick(uint32_t now_ms);

  Motion motion() const { return motion_; }
  bool in_session() const { return in_session_; }
  const FrameCounts& frame_counts() const { return decoder_.counts(); }

 private:
  uint32_t Since(uint32_t then_ms) const { return now_ms_ - then_ms; }
  void WatchContacts();
  void WatchTime();
  void HaltWheels(End end);
  void HaltAll(End end);
  void Handle(const Frame& frame);
  void Hello(const Frame& frame);
  void Stop(const Frame& frame);
  void Command(const Frame& frame);
  Status Execute(const Frame& frame);
  Status Barred() const;
  Status Drive(const Frame& frame);
  Status Errand(const Frame& frame);
  Status Look(const Frame& frame);
  Status Release(const Frame& frame);
  void BeginMotion(Motion motion, uint16_t sequence, uint32_t duration_ms);
  void PackState(uint8_t* out) const;
  void Report();
  void Refuse(const Frame& frame, Reason reason, uint16_t detail);
  void Transmit(Type type, uint16_t session, uint16_t sequence, const uint8_t* payload,
                size_t size);

  Nature nature_;
  Body* body_;
  uint16_t boot_;
  Decoder decoder_;
  Senses senses_ = {};
  uint32_t now_ms_ = 0;
  bool in_session_ = false;
  uint16_t session_ = 0;
  bool has_closed_session_ = false;
  uint16_t closed_session_ = 0;
  uint16_t expected_ = 0;
  uint8_t results_[kWindow] = {};
  uint16_t result_count_ = 0;
  bool has_barrier_ = false;
  uint16_t barrier_ = 0;
  uint32_t heard_ms_ = 0;
  Motion motion_ = kIdle;
  uint32_t motion_deadline_ms_ = 0;
  uint16_t motion_sequence_ = 0;
  bool looking_ = false;
  uint32_t look_deadline_ms_ = 0;
  End end_ = kNone;
  End hold_reason_ = kNone;
  uint8_t hold_ = 0;
  uint32_t contacts_ = 0;
  uint32_t report_ms_ = 0;
  uint16_t report_sequence_ = 0;
};

// Whether the bytes are UTF-8 without surrogates or overlong forms (RFC 3629).
bool IsUtf8(const uint8_t* data, size_t size);

}  // namespace anban
