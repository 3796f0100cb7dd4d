"""Which code made a file.

One rule: in a checkout it is the commit, with a mark if anything was changed since.
"""

import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@lru_cache(maxsize=1)
def code_version() -> str:
    """The package's version, and the commit where the code is a checkout: 0.1.0 be4089d-dirty."""
    try:
        released = version("gainsay")
    except PackageNotFoundError:
        released = "unreleased"
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():  # installed, perhaps inside of somebody else's checkout
        return released
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return released
    return f"{released} {commit.stdout.strip()}"
