"""Whether a session may be learned from: a word of the user, kept in the session's own journal.

One rule: without that word it may not, and the last word counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.journal import JOURNAL_NAME, Journal, JournalError

CONSENT = "consent"


def consented(events: Sequence[Mapping[str, Any]]) -> bool:
    """What the journal's last word about it is; no where there is none."""
    said = [event.get("learn") for event in events if event["event"] == CONSENT]
    return bool(said) and said[-1] is True


def read_consent(session: Path) -> bool:
    """Whether a session's user has agreed."""
    with _opened(session) as journal:
        return consented(journal.events)


def write_consent(session: Path, learn: bool) -> None:
    """Keep the user's yes or no."""
    with _opened(session) as journal:
        journal.append(CONSENT, learn=learn)


@contextmanager
def _opened(session: Path) -> Iterator[Journal]:
    """A journal that is there already, for as long as the block lasts."""
    if not (session / JOURNAL_NAME).is_file():
        raise JournalError(
            f"{session} holds no session ({JOURNAL_NAME} is not there): talk about the song "
            "first, or give the session's folder with --session DIR"
        )
    journal = Journal(session)
    try:
        yield journal
    finally:
        journal.close()
