"""One listener for all rooms: loaded once, asked by one room at a time.

One rule: nobody waits for the weights twice, and no two threads are inside the model together.
"""

import threading
from collections.abc import Callable
from typing import Any

from assistant.hearing import Listener


class Shared:
    """Stands for the listener in every room; loads it when it is first asked."""

    def __init__(self, load: Callable[[], Listener]) -> None:
        self._load = load
        self._listener: Listener | None = None
        self._lock = threading.RLock()

    def load(self) -> Listener:
        """The listener itself."""
        with self._lock:
            if self._listener is None:
                self._listener = self._load()
            return self._listener

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.load(), name)
        if not callable(found):
            return found

        def asked(*arguments: Any, **named: Any) -> Any:
            with self._lock:
                return found(*arguments, **named)

        return asked
