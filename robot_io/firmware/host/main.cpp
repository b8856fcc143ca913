// Runs the firmware's code on a PC for the tests. One line in, one line out:
//
//   frame HEX                 feed bytes to a decoder     -> "TYPE SESSION SEQUENCE VERSION HEX;..."
//   counts                    the decoder's counts        -> "good bad_cobs bad_crc bad_length over"
//   fresh                     a new decoder               -> "ok"
//   encode VERSION TYPE SESSION SEQUENCE HEX              -> the line's bytes in hex
//   crc HEX                                               -> the CRC in hex
//   device BOOT               a new device                -> "ok"
//   sense X Y HEADING V W BATTERY BUMPERS CLIFFS FLAGS PRESSES PAN TILT -> "ok"
//   progress N                what ErrandProgress says    -> "ok"
//   at MS HEX                 receive bytes (HEX may be - : tick) -> "SENT_HEX CALLS" (- : nothing)
#include <stdio.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "../src/anban_device.h"

namespace {

using anban::Frame;

std::string Hex(const uint8_t* data, size_t size) {
  static const char* kDigits = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < size; ++i) {
    out += kDigits[data[i] >> 4];
    out += kDigits[data[i] & 15];
  }
  return out;
}

std::vector<uint8_t> Unhex(const std::string& text) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

class ScriptedBody : public anban::Body {
 public:
  anban::Senses senses = {};
  anban::Progress progress = anban::kRunning;
  std::string calls;
  std::string sent;

  anban::Senses Sense() override { return senses; }
  void Drive(int16_t linear, int16_t angular) override {
    Log("drive:" + std::to_string(linear) + ":" + std::to_string(angular));
  }
  void Halt() override { Log("halt"); }
  void HaltHead() override { Log("halt_head"); }
  bool Begin(anban::Motion errand, const char* place, size_t size) override {
    const std::string name(place, size);
    Log("begin:" + std::to_string(errand) + ":" + Hex(Bytes(name), name.size()));
    return errand != anban::kGoing || name == "sofa";
  }
  anban::Progress ErrandProgress() override { return progress; }
  void Look(int16_t pan, int16_t tilt) override {
    Log("look:" + std::to_string(pan) + ":" + std::to_string(tilt));
  }
  void Show(anban::Type type, const uint8_t* payload, size_t size) override {
    Log("show:" + std::to_string(type) + ":" + Hex(payload, size));
  }
  size_t Places(uint8_t* out) override {
    const std::string names = "sofa";
    for (size_t i = 0; i < names.size(); ++i) out[i] = static_cast<uint8_t>(names[i]);
    return names.size();
  }
  void Send(const uint8_t* data, size_t size) override { sent += Hex(data, size); }

 private:
  static const uint8_t* Bytes(const std::string& text) {
    return reinterpret_cast<const uint8_t*>(text.data());
  }
  void Log(const std::string& call) { calls += (calls.empty() ? "" : ",") + call; }
};

const anban::Nature kNature = {"vectors", 0x3FFF, 500, 2000, 1500, 700, 1, 0, anban::kWindow};

std::string FeedFrames(anban::Decoder* decoder, const std::string& hex) {
  std::ostringstream out;
  Frame frame;
  for (uint8_t byte : Unhex(hex)) {
    if (!decoder->Take(byte, &frame)) continue;
    out << int(frame.type) << ' ' << frame.session << ' ' << frame.sequence << ' '
        << int(frame.version) << ' ' << Hex(frame.payload, frame.length) << ';';
  }
  return out.str();
}

std::string Encode(std::istringstream* in) {
  int version = 0, type = 0, session = 0, sequence = 0;
  std::string hex;
  *in >> version >> type >> session >> sequence >> hex;
  const std::vector<uint8_t> payload = Unhex(hex);
  Frame frame;
  frame.version = static_cast<uint8_t>(version);
  frame.type = static_cast<uint8_t>(type);
  frame.session = static_cast<uint16_t>(session);
  frame.sequence = static_cast<uint16_t>(sequence);
  frame.length = static_cast<uint8_t>(payload.size());
  for (size_t i = 0; i < payload.size(); ++i) frame.payload[i] = payload[i];
  uint8_t line[anban::kLineMaxBytes];
  return Hex(line, anban::EncodeFrame(frame, line));
}

std::string Crc(const std::string& hex) {
  const std::vector<uint8_t> data = Unhex(hex);
  char text[8];
  snprintf(text, sizeof(text), "%04x", anban::Crc16(data.data(), data.size()));
  return text;
}

void ReadSenses(std::istringstream* in, anban::Senses* senses) {
  long v[12] = {};
  for (long& value : v) *in >> value;
  *senses = {static_cast<int32_t>(v[0]),  static_cast<int32_t>(v[1]),  static_cast<int32_t>(v[2]),
             static_cast<int16_t>(v[3]),  static_cast<int16_t>(v[4]),  static_cast<uint16_t>(v[5]),
             static_cast<uint8_t>(v[6]),  static_cast<uint8_t>(v[7]),  static_cast<uint8_t>(v[8]),
             static_cast<uint8_t>(v[9]),  static_cast<int16_t>(v[10]), static_cast<int16_t>(v[11])};
}

}  // namespace

int main() {
  anban::Decoder decoder;
  ScriptedBody body;
  anban::Device device(kNature, &body, 1);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::string verb, hex;
    in >> verb;
    std::string answer = "ok";
    if (verb == "frame") {
      in >> hex;
      answer = FeedFrames(&decoder, hex);
    } else if (verb == "fresh") {
      decoder = anban::Decoder();
    } else if (verb == "counts") {
      const anban::FrameCounts& c = decoder.counts();
      answer = std::to_string(c.good) + " " + std::to_string(c.bad_cobs) + " " +
               std::to_string(c.bad_crc) + " " + std::to_string(c.bad_length) + " " +
               std::to_string(c.overlong);
    } else if (verb == "encode") {
      answer = Encode(&in);
    } else if (verb == "crc") {
      in >> hex;
      answer = Crc(hex);
    } else if (verb == "device") {
      int boot = 0;
      in >> boot;
      body = ScriptedBody();
      device = anban::Device(kNature, &body, static_cast<uint16_t>(boot));
    } else if (verb == "sense") {
      ReadSenses(&in, &body.senses);
    } else if (verb == "progress") {
      int progress = 0;
      in >> progress;
      body.progress = static_cast<anban::Progress>(progress);
    } else if (verb == "at") {
      unsigned long now_ms = 0;
      in >> now_ms >> hex;
      const std::vector<uint8_t> data = Unhex(hex == "-" ? "" : hex);
      if (data.empty()) {
        device.Tick(static_cast<uint32_t>(now_ms));
      } else {
        device.Receive(data.data(), data.size(), static_cast<uint32_t>(now_ms));
      }
      answer = (body.sent.empty() ? "-" : body.sent) + " " +
               (body.calls.empty() ? "-" : body.calls);
      body.sent.clear();
      body.calls.clear();
    } else {
      answer = "unknown verb";
    }
    std::cout << answer << "\n" << std::flush;
  }
  return 0;
}
