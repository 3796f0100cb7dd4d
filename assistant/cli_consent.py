"""`gainsay consent`: may this session be learned from?

One rule: no is what holds until somebody types yes.
"""

from pathlib import Path
from typing import Annotated

import typer

from assistant.options import SongFolder


def consent(
    song: SongFolder,
    session: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The session; the song's usual one.")
    ] = None,
    learn: Annotated[
        bool | None, typer.Option("--yes/--no", help="Your answer; it can be changed at any time.")
    ] = None,
) -> None:
    """Say whether a session's proposals, and what became of them, may train a listener here."""
    from assistant.consent import read_consent, write_consent
    from assistant.session import default_folder
    from mixer.song import open_song

    folder = session if session is not None else default_folder(open_song(song))
    if learn is not None:
        write_consent(folder, learn)
    agreed = read_consent(folder)
    print(f"{folder}: {'may be learned from' if agreed else 'is not learned from'}.")
    print(
        "Learning means: python -m finetune.preferences, when somebody runs it on this machine, "
        "reads its proposals, your words before each, and the gains you ended with. Nothing is "
        f"sent anywhere. {'--no takes it back.' if agreed else '--yes allows it.'}"
    )
