"""Tables of beliefs beside what was taught and what the literature says.

One rule: a table shows readings and adds none; what nobody measured is a dash.
"""

from collections.abc import Mapping, Sequence

from rich.table import Table

from finetune.beliefs import Belief, Reading, against_all, against_anchor
from mixer.roles import FAMILY_OF_ROLE

ANCHOR, VOCAL = "drums", "lead vocal"
ASKED_ROLES = (
    VOCAL,
    "backing vocals",
    "bass",
    "electric guitar",
    "acoustic guitar",
    "piano",
    "synth pad",
    "synth lead",
    "strings",
)
# Peers' tables of levels in dB, as differences to the kick: they disagree (ableton-auto-mix,
# xDarkzx). Only stems that both the table and the roles know.
PEERS: dict[str, dict[str, dict[str, float]]] = {
    "pop": {
        "ableton-auto-mix": {VOCAL: 2.0, "bass": -1.0, "snare": -2.0, "synth pad": -7.0},
        "xDarkzx": {
            VOCAL: 0.0,
            "bass": -2.0,
            "snare": -1.0,
            "piano": -3.0,
            "backing vocals": -5.0,
            "electric guitar": -5.0,
            "hats": -8.0,
        },
    },
    "hip hop": {"ableton-auto-mix": {VOCAL: -2.0, "snare": -4.0, "hats": -8.0}},
    "rock": {"xDarkzx": {VOCAL: -1.0, "bass": -1.0, "snare": -1.0, "hats": -8.0}},
}
PEER_ANCHOR = "kick"
# Vocal to accompaniment by genre (Gerdes & Siedenburg 2023): the order, and which side of 0.
LITERATURE = {
    "country": "> 0, highest",
    "hip hop": "> 0",
    "pop": "> 0",
    "rock": "about 0",
    "metal": "< 0",
}

Cells = Mapping[tuple[str, str], Sequence[Reading]]  # by genre and role


def peer_cells(genres: Sequence[str], roles: Sequence[str]) -> list[tuple[str, str]]:
    """The genres and roles of these that some peer's table has; parts of the kit among them."""
    return [
        (genre, role)
        for genre, tables in PEERS.items()
        for role in dict.fromkeys(role for levels in tables.values() for role in levels)
        if genre in genres and (role in roles or FAMILY_OF_ROLE[role] == "drums")
    ]


def role_table(cells: Cells, genres: Sequence[str], roles: Sequence[str]) -> Table:
    """Believed over taught: median and 10-90 % range of each role against the drums, by genre."""
    table = Table(title=f"LU against {ANCHOR}: believed median ± to the 10-90 % range; (taught)")
    table.add_column("role")
    for genre in genres:
        table.add_column(genre, justify="right")
    for role in roles:
        table.add_row(
            role, *(_cell(cells.get((genre, role))) for genre in genres), end_section=True
        )
    return table


def _cell(readings: Sequence[Reading] | None) -> str:
    if not readings:
        return "-"
    found = against_anchor(readings)
    return (
        f"{found.centre_lu:+.1f} ± {found.spread_lu:.1f}\n"
        f"({found.taught_lu:+.1f} ± {found.taught_spread_lu:.1f})"
    )


def vocal_beliefs(cells: Cells) -> dict[str, Belief]:
    """Vocal to accompaniment by genre, the highest belief first."""
    found = {
        genre: against_all(readings)
        for (genre, role), readings in cells.items()
        if role == VOCAL and readings
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1].centre_lu))


def vocal_table(vocal: dict[str, Belief]) -> Table:
    """Vocal to accompaniment by genre beside the prior and the literature."""
    order = [genre for genre in vocal if genre in LITERATURE]
    kept = [genre for genre in LITERATURE if genre in vocal]
    agrees = "as in the literature" if order == kept else f"in the literature {' > '.join(kept)}"
    table = Table(title=f"{VOCAL} to the sum of all else, LU (order of genres {agrees})")
    for column in ("genre", "believed", "10-90 %", "taught", "10-90 %", "literature"):
        table.add_column(column, justify="left" if column in ("genre", "literature") else "right")
    for genre, found in vocal.items():
        table.add_row(
            genre,
            f"{found.centre_lu:+.1f}",
            _range(found.centre_lu, found.spread_lu),
            f"{found.taught_lu:+.1f}",
            _range(found.taught_lu, found.taught_spread_lu),
            LITERATURE.get(genre, "-"),
        )
    return table


def _range(centre_lu: float, spread_lu: float) -> str:
    return f"{centre_lu - spread_lu:+.1f} … {centre_lu + spread_lu:+.1f}"


def peer_table(cells: Cells) -> Table:
    """Against the kick, as peers write it: fader tables of automatic mixers beside the belief."""
    table = Table(title=f"LU against {PEER_ANCHOR}, beside peers' level tables (dB)")
    peers = sorted({peer for tables in PEERS.values() for peer in tables})
    for column in ("genre", "role", "believed", "10-90 %", "taught", *peers):
        table.add_column(column, justify="left" if column in ("genre", "role") else "right")
    for (genre, role), readings in cells.items():
        if not readings:
            continue
        found = against_anchor(readings)
        told = [PEERS[genre].get(peer, {}).get(role) for peer in peers]
        table.add_row(
            genre,
            role,
            f"{found.centre_lu:+.1f}",
            _range(found.centre_lu, found.spread_lu),
            f"{found.taught_lu:+.1f}",
            *("-" if level is None else f"{level:+.1f}" for level in told),
        )
    return table
