#include "anban_frame.h"

namespace anban {

uint16_t Crc16(const uint8_t* data, size_t size) {
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < size; ++i) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<uint16_t>(data[i]) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool top = (crc & 0x8000) != 0;
      crc = static_cast<uint16_t>(crc << 1);
      if (top) crc = static_cast<uint16_t>(crc ^ 0x1021);
    }
  }
  return crc;
}

namespace {

// COBS (Cheshire & Baker, 1999); out holds size + size / 254 + 1 bytes.
size_t CobsEncode(const uint8_t* data, size_t size, uint8_t* out) {
  size_t code_at = 0;
  size_t at = 1;
  uint8_t code = 1;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != 0) {
      out[at++] = data[i];
      ++code;
    }
    if (data[i] == 0 || (code == 0xFF && i + 1 < size)) {
      out[code_at] = code;
      code_at = at++;
      code = 1;
    }
  }
  out[code_at] = code;
  return at;
}

// Returns false where the bytes are no COBS; out holds size bytes.
bool CobsDecode(const uint8_t* data, size_t size, uint8_t* out, size_t* out_size) {
  size_t at = 0;
  size_t written = 0;
  while (at < size) {
    const uint8_t code = data[at++];
    if (code == 0 || at + code - 1 > size) return false;
    for (uint8_t i = 1; i < code; ++i) {
      if (data[at] == 0) return false;
      out[written++] = data[at++];
    }
    if (code != 0xFF && at < size) out[written++] = 0;
  }
  *out_size = written;
  return true;
}

}  // namespace

size_t EncodeFrame(const Frame& frame, uint8_t* out) {
  if (frame.length > kPayloadMaxBytes) return 0;
  uint8_t raw[kRawMaxBytes];
  raw[0] = frame.version;
  raw[1] = frame.type;
  Put16(raw + 2, frame.session);
  Put16(raw + 4, frame.sequence);
  raw[6] = frame.length;
  for (size_t i = 0; i < frame.length; ++i) raw[kHeaderBytes + i] = frame.payload[i];
  const size_t body = kHeaderBytes + frame.length;
  Put16(raw + body, Crc16(raw, body));
  const size_t size = CobsEncode(raw, body + kCrcBytes, out);
  out[size] = 0;
  return size + 1;
}

bool Decoder::Take(uint8_t byte, Frame* frame) {
  if (byte != 0) {
    if (size_ == kEncodedMaxBytes) skipping_ = true;
    if (skipping_) {
      size_ = 0;
    } else {
      piece_[size_++] = byte;
    }
    return false;
  }
  const bool skipped = skipping_;
  const bool empty = size_ == 0;
  skipping_ = false;
  if (skipped) {
    ++counts_.overlong;
    size_ = 0;
    return false;
  }
  const bool found = !empty && Parse(frame);
  size_ = 0;
  return found;
}

bool Decoder::Parse(Frame* frame) {
  uint8_t raw[kEncodedMaxBytes];
  size_t size = 0;
  if (!CobsDecode(piece_, size_, raw, &size)) {
    ++counts_.bad_cobs;
    return false;
  }
  if (size < kHeaderBytes + kCrcBytes) {
    ++counts_.bad_length;
    return false;
  }
  const size_t body = size - kCrcBytes;
  if (Crc16(raw, body) != Get16(raw + body)) {
    ++counts_.bad_crc;
    return false;
  }
  const size_t length = body - kHeaderBytes;
  if (raw[6] != length) {
    ++counts_.bad_length;
    return false;
  }
  frame->version = raw[0];
  frame->type = raw[1];
  frame->session = Get16(raw + 2);
  frame->sequence = Get16(raw + 4);
  frame->length = raw[6];
  for (size_t i = 0; i < length; ++i) frame->payload[i] = raw[kHeaderBytes + i];
  ++counts_.good;
  return true;
}

}  // namespace anban
