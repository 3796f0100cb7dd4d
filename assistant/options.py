"""Options that several commands share.

One rule: an option means the same after every command.
"""

from pathlib import Path
from typing import Annotated

import typer

SongFolder = Annotated[Path, typer.Argument(metavar="SONG", help="Folder of stems.")]
Anchor = Annotated[
    str | None,
    typer.Option(
        help="Stem that everything is judged against; chosen by ear and meter if left out."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Chart = Annotated[Path | None, typer.Option(metavar="FILE.png", help="Write the level chart.")]
Sensitivity = Annotated[
    str | None,
    typer.Option(
        metavar="HOW", help="cautious, careful, balanced, keen or picky: how soon to speak up."
    ),
]
Genre = Annotated[
    str | None, typer.Option(help="What kind of song it is: pop, rock, metal, electronic...")
]
