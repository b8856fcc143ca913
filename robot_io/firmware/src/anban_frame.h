// Frames of the Anban robot protocol: COBS, CRC-16/CCITT-FALSE. See ../../PROTOCOL.md.
// No dynamic memory, no exceptions, no dependency beyond the C++11 language.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace anban {

constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kCrcBytes = 2;
constexpr size_t kPayloadMaxBytes = 128;
constexpr size_t kRawMaxBytes = kHeaderBytes + kPayloadMaxBytes + kCrcBytes;
constexpr size_t kEncodedMaxBytes = kRawMaxBytes + 1;  // COBS adds one byte below 255
constexpr size_t kLineMaxBytes = kEncodedMaxBytes + 1;  // and the ending zero

struct Frame {
  uint8_t version;
  uint8_t type;
  uint16_t session;
  uint16_t sequence;
  uint8_t length;
  uint8_t payload[kPayloadMaxBytes];
};

struct FrameCounts {
  uint32_t good;
  uint32_t bad_cobs;
  uint32_t bad_crc;
  uint32_t bad_length;
  uint32_t overlong;
};

uint16_t Crc16(const uint8_t* data, size_t size);

// Returns the number of bytes written to out (kLineMaxBytes are enough), the ending zero included;
// 0 if the payload is too long.
size_t EncodeFrame(const Frame& frame, uint8_t* out);

// Finds frames in a stream that may hold anything.
class Decoder {
 public:
  // Takes one byte; true: `frame` holds a whole, correct frame.
  bool Take(uint8_t byte, Frame* frame);
  const FrameCounts& counts() const { return counts_; }

 private:
  bool Parse(Frame* frame);

  uint8_t piece_[kEncodedMaxBytes];
  size_t size_ = 0;
  bool skipping_ = false;
  FrameCounts counts_ = {0, 0, 0, 0, 0};
};

// Little-endian fields.
inline void Put16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value & 0xFF);
  at[1] = static_cast<uint8_t>(value >> 8);
}
inline void Put32(uint8_t* at, uint32_t value) {
  Put16(at, static_cast<uint16_t>(value & 0xFFFF));
  Put16(at + 2, static_cast<uint16_t>(value >> 16));
}
inline uint16_t Get16(const uint8_t* at) {
  return static_cast<uint16_t>(at[0] | (static_cast<uint16_t>(at[1]) << 8));
}
inline uint32_t Get32(const uint8_t* at) {
  return Get16(at) | (static_cast<uint32_t>(Get16(at + 2)) << 16);
}
inline int16_t GetSigned16(const uint8_t* at) {
  const uint16_t value = Get16(at);
  return static_cast<int16_t>(value >= 0x8000 ? static_cast<int32_t>(value) - 0x10000 : value);
}

}  // namespace anban
