"""No test reaches a hub, torch keeps to the cores there are; how tests run the command line."""

import io
import os
import sys

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture
def gainsay(capsys, monkeypatch):
    """Run the command line: (*arguments, lines) -> (exit code, standard output, standard error).

    lines: what standard input, which is no terminal, has to say.
    """
    from assistant import cli

    def run(*arguments, lines=()):
        monkeypatch.setattr(sys, "argv", ["gainsay", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
