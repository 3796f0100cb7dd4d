"""What axe-core has against a page."""

import pytest

SERIOUS = ("serious", "critical")


def serious(page) -> list[str]:
    """What axe-core calls serious or critical, one line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
