"""An import that never ends."""

import threading

threading.Event().wait()
