// A small robot on an ESP32: two motors behind an H-bridge, two bumper switches, an emergency
// button, a battery divider and an RGB lamp. It has no encoders, so it reports the speeds it was
// told and the way that follows from them; a robot that carries its own odometry does better.
#include <Arduino.h>
#include <esp_task_wdt.h>

#include <anban_device.h>

#include <initializer_list>

namespace {

constexpr int kLeftForward = 25, kLeftBack = 26, kRightForward = 27, kRightBack = 14;
constexpr int kBumperLeft = 32, kBumperRight = 33, kEmergency = 13, kBatteryPin = 34;
constexpr int kRed = 16, kGreen = 17, kBlue = 18;
constexpr int kLinearMaxMmS = 300, kAngularMaxMradS = 1500, kWheelBaseMm = 220;
constexpr int kBatteryEmpty = 2600, kBatteryFull = 3300;  // raw readings behind the divider
constexpr uint32_t kWatchdogMs = 500;

class Esp32Body : public anban::Body {
 public:
  void Setup() {
    for (int pin : {kLeftForward, kLeftBack, kRightForward, kRightBack, kRed, kGreen, kBlue}) {
      pinMode(pin, OUTPUT);
      analogWrite(pin, 0);
    }
    for (int pin : {kBumperLeft, kBumperRight, kEmergency}) pinMode(pin, INPUT_PULLUP);
    last_ms_ = millis();
  }

  anban::Senses Sense() override {
    Integrate();
    anban::Senses senses = {};
    senses.x_mm = static_cast<int32_t>(x_mm_);
    senses.y_mm = static_cast<int32_t>(y_mm_);
    senses.heading_mrad = static_cast<int32_t>(heading_mrad_);
    senses.linear_mm_s = linear_mm_s_;
    senses.angular_mrad_s = angular_mrad_s_;
    const long raw = constrain(analogRead(kBatteryPin), kBatteryEmpty, kBatteryFull);
    senses.battery_permille =
        static_cast<uint16_t>(1000L * (raw - kBatteryEmpty) / (kBatteryFull - kBatteryEmpty));
    senses.bumpers = static_cast<uint8_t>((digitalRead(kBumperLeft) == LOW ? 1 : 0) |
                                          (digitalRead(kBumperRight) == LOW ? 2 : 0));
    // The emergency switch opens its circuit, so that a broken wire stops the robot too.
    if (digitalRead(kEmergency) == HIGH) senses.flags |= anban::kEmergencyStop;
    if (senses.battery_permille < 150) senses.flags |= anban::kLowBattery;
    return senses;
  }

  void Drive(int16_t linear_mm_s, int16_t angular_mrad_s) override {
    Integrate();
    linear_mm_s_ = linear_mm_s;
    angular_mrad_s_ = angular_mrad_s;
    const long turn = static_cast<long>(angular_mrad_s) * kWheelBaseMm / 2000;
    Wheel(kLeftForward, kLeftBack, linear_mm_s - turn);
    Wheel(kRightForward, kRightBack, linear_mm_s + turn);
  }

  void Halt() override { Drive(0, 0); }
  void HaltHead() override {}
  bool Begin(anban::Motion, const char*, size_t) override { return false; }
  anban::Progress ErrandProgress() override { return anban::kErrandFailed; }
  void Look(int16_t, int16_t) override {}
  void Show(anban::Type type, const uint8_t* payload, size_t) override {
    if (type != anban::kLight) return;
    analogWrite(kRed, payload[0]);
    analogWrite(kGreen, payload[1]);
    analogWrite(kBlue, payload[2]);
  }
  size_t Places(uint8_t*) override { return 0; }
  void Send(const uint8_t* data, size_t size) override { Serial.write(data, size); }

 private:
  static void Wheel(int forward, int back, long mm_s) {
    const long duty = constrain(mm_s * 255 / kLinearMaxMmS, -255L, 255L);
    analogWrite(forward, duty > 0 ? static_cast<int>(duty) : 0);
    analogWrite(back, duty < 0 ? static_cast<int>(-duty) : 0);
  }

  void Integrate() {
    const uint32_t now = millis();
    const float seconds = static_cast<float>(now - last_ms_) / 1000.0f;
    last_ms_ = now;
    heading_mrad_ += static_cast<float>(angular_mrad_s_) * seconds;
    x_mm_ += static_cast<float>(linear_mm_s_) * cosf(heading_mrad_ / 1000.0f) * seconds;
    y_mm_ += static_cast<float>(linear_mm_s_) * sinf(heading_mrad_ / 1000.0f) * seconds;
  }

  uint32_t last_ms_ = 0;
  int16_t linear_mm_s_ = 0;
  int16_t angular_mrad_s_ = 0;
  float x_mm_ = 0, y_mm_ = 0, heading_mrad_ = 0;
};

const anban::Nature kNature = {
    "ESP32 example",
    anban::kWheels | anban::kLightPart | anban::kBattery | anban::kBumpers | anban::kDeadMan,
    kLinearMaxMmS,
    kAngularMaxMradS,
    0,
    0,
    1,
    0,
    8,  // eight commands of at most 138 bytes are what the enlarged receive buffer holds
};

Esp32Body body;
anban::Device* device = nullptr;

}  // namespace

void setup() {
  Serial.setRxBufferSize(2048);
  Serial.begin(115200);
  body.Setup();
  static anban::Device the_device(kNature, &body, static_cast<uint16_t>(esp_random()));
  device = &the_device;
  const esp_task_wdt_config_t watchdog = {kWatchdogMs, 0, true};
  esp_task_wdt_reconfigure(&watchdog);
  esp_task_wdt_add(nullptr);
}

void loop() {
  esp_task_wdt_reset();
  uint8_t data[64];
  size_t size = 0;
  while (size < sizeof(data) && Serial.available() > 0) {
    data[size++] = static_cast<uint8_t>(Serial.read());
  }
  if (size > 0) {
    device->Receive(data, size, millis());
  } else {
    device->Tick(millis());
  }
}
