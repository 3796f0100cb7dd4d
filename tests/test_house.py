"""The house: imports go one way, nothing at the top without a reason, no machine's path."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "prompts": set(),
    "mixer": set(),
    "assistant": {"mixer", "prompts"},
    "finetune": {"assistant", "mixer", "prompts"},
}


def imported(file: Path) -> set[str]:
    """Top-level packages of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found & set(ALLOWED)


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_imports_go_one_way(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    wrong = {
        str(file.relative_to(ROOT)): bad
        for file in files
        if (bad := imported(file) - ALLOWED[folder] - {folder})
    }
    assert wrong == {}


def test_every_file_says_what_it_is():
    silent = [
        str(file.relative_to(ROOT))
        for folder in (*ALLOWED, "tests")
        for file in (ROOT / folder).rglob("*.py")
        if not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert silent == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_top_level_is_as_designed():
    top = {file.relative_to(ROOT).parts[0] for file in tracked()}
    expected = {".ci", ".gitignore", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"}
    expected |= {"assistant", "finetune", "mixer", "prompts", "tests"}
    expected |= {"pyproject.toml", "constraints.txt", "screenshots"}
    assert top <= expected


def test_no_path_of_a_machine_is_tracked():
    pattern = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+|opt/wheels|opt/pypi)/")
    guilty = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if file.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".json", ""}
        and file != Path(__file__)
        and file.is_file()
        and pattern.search(file.read_text(errors="ignore"))
    ]
    assert guilty == []


def test_weights_are_safetensors_and_small():
    weights = [file for file in tracked() if "weights" in file.parts]
    assert not [file.name for file in weights if file.suffix in {".pt", ".pkl", ".bin", ".npy"}]
    assert sum(file.stat().st_size for file in weights) < 60e6
