// Just enough of the Arduino core's declarations to check that the example sketch compiles.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define HIGH 1
#define LOW 0
#define OUTPUT 1
#define INPUT_PULLUP 2
#define constrain(value, low, high) ((value) < (low) ? (low) : ((value) > (high) ? (high) : (value)))

void pinMode(int pin, int mode);
int digitalRead(int pin);
int analogRead(int pin);
void analogWrite(int pin, int value);
uint32_t millis();
uint32_t esp_random();

struct HardwareSerial {
  void setRxBufferSize(size_t size);
  void begin(unsigned long baud);
  int available();
  int read();
  size_t write(const uint8_t* data, size_t size);
};
extern HardwareSerial Serial;
