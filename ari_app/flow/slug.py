"""How people name clients, agents, queues, flows and prompts: ``anu-clinic``."""

from __future__ import annotations

import re

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
