"""`gainsay serve`: what can be typed after it; vLLM's server takes over the process.

One rule: as in cli.py, whatever is slow to import is imported inside the command.
"""

import os
import sys
from typing import Annotated

import typer

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def serve(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Option(
            "--model", metavar="PATH_OR_HUB_ID", help="Folder of a model, or OWNER/NAME on the hub."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option("--name", help="What clients call it; the last part of --model if left out."),
    ] = None,
    lora: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="An adapter, served by that name; repeatable."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; others than this machine need a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    stems: Annotated[
        int, typer.Option(min=0, max=96, help="How many stems' audio one request may hold.")
    ] = 16,
    tool_parser: Annotated[
        str, typer.Option(help="How the model writes calls, as vLLM names it.")
    ] = "hermes",
    api_key_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Environment variable with the key that clients must send."
        ),
    ] = None,
) -> None:
    """Serve a model with vLLM for chat and advise; options of vLLM's own are passed on."""
    from assistant.serving import key_from
    from assistant.serving_vllm import require_vllm, serving

    key = key_from(api_key_env) if api_key_env else None
    asked = serving(
        model, name, host, port, stems, tool_parser, lora or (), context.args, key
    )  # fmt: skip
    require_vllm()
    given = context.obj if isinstance(context.obj, dict) else dict(os.environ)
    print(
        f"vLLM serves {asked.name} at {asked.address} once it is loaded. Then, elsewhere:\n"
        f"  gainsay chat SONG --listener openai --base-url {asked.address} --model {asked.name} "
        "--audio",
        flush=True,
    )
    sys.stdout.flush()
    command = asked.command()
    os.execve(command[0], command, asked.environment(given, key))
