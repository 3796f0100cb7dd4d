"""`gainsay learn`: what can be typed after it, and who is asked.

One rule: as in cli.py, whatever is slow to import is imported inside the command.
"""

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from assistant.options import Anchor


def learn(
    song: Annotated[
        Path | None,
        typer.Argument(metavar="[SONG]", help="Folder of stems; the demo song if left out."),
    ] = None,
    learner: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where your answers are kept; yours, and nowhere else."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same drills.")] = 0,
    anchor: Anchor = None,
    session: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the audio goes; your data folder if left out."),
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Write your progress as a picture.")
    ] = None,
) -> None:
    """Train your ears on a song: hear what is hidden, answer in plain words, see how you get on."""
    from assistant.console_view import progress_bar
    from assistant.demo import song_folder
    from assistant.drills_chart import check_chart, write_progress_chart
    from assistant.drills_loop import Practice, typed_lines
    from assistant.drills_progress import read_progress, summary
    from assistant.opening import opened
    from assistant.tools_drills import learner_path

    if chart is not None:
        check_chart(chart)
    with ExitStack() as stack:
        with progress_bar() as on_progress:  # the bar must be gone before the questions begin
            folder = song or song_folder()
            here = stack.enter_context(opened(folder, anchor, session, True, None, on_progress))
        here.context.learner, here.context.on_progress = learner, None
        Practice(here, seed, partial(print, flush=True)).run(typed_lines(sys.stdin))
        rows = read_progress(learner_path(here.context))
    print("\n".join(summary(rows)))
    if rows:
        print(f"Your answers are in {learner_path(here.context)}.")
    if chart is not None:
        write_progress_chart(chart, rows)
        print(f"Your progress as a picture: {chart}")
