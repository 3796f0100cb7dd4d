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

ListenerKind = Annotated[
    str,
    typer.Option(
        "--listener",
        metavar="KIND",
        help="embedded, the folder of a trained listener, or openai: a model behind an "
        "OpenAI-compatible server.",
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="That server, as in http://localhost:8000/v1."),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="The model, as that server calls it.")
]
SendsAudio = Annotated[
    bool,
    typer.Option("--audio", help="Send that server the stems too: 10 s each, not meters only."),
]
TimeoutS = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="How long that server may be silent."),
]
KeyVariable = Annotated[
    str | None,
    typer.Option(
        "--api-key-env",
        metavar="NAME",
        help="Environment variable with that server's key; OPENAI_API_KEY if left out.",
    ),
]
