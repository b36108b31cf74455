"""Lets the controller's event loop report whatever holds it for 50 ms.

Python imports a module of this name at its start, from a folder in PYTHONPATH.
"""

import sys
import time
from typing import Any

HELD_SECONDS = 0.05

if sys.orig_argv[-2:] == ["-m", "ari_app.controller"]:
    import uvloop

    run = uvloop.Loop.run_until_complete

    def run_watched(loop: Any, work: Any) -> Any:
        """Run as always, with the loop's own watch over slow callbacks."""
        loop.set_debug(True)
        loop.slow_callback_duration = HELD_SECONDS
        loop.call_later(1, time.sleep, 1.2 * HELD_SECONDS)  # so that a test knows it is watched
        return run(loop, work)

    setattr(uvloop.Loop, "run_until_complete", run_watched)  # noqa: B010 - types forbid the plain way
