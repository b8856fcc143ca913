// Declarations of ESP-IDF 5's task watchdog, for the compile check.
#pragma once
#include <stdint.h>

struct esp_task_wdt_config_t {
  uint32_t timeout_ms;
  uint32_t idle_core_mask;
  bool trigger_panic;
};
int esp_task_wdt_reconfigure(const esp_task_wdt_config_t* config);
int esp_task_wdt_add(void* task);
int esp_task_wdt_reset();
