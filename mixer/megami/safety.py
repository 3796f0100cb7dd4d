"""What no take may do, however it was drawn: bury the lead vocal, or lean to one side.

One rule: only what MEGAMI chose is corrected; a level or a pan that was asked for stays.
"""

import numpy as np

from mixer.megami.contents import ROLES_AT
from mixer.roles import ROLES

LEAD_FLOOR_LU = -5.5  # lead minus the sum of the others; 6 LU under it a lead counts as buried
_LEAD = ROLES.index("lead vocal")


def lead_stems(content: np.ndarray) -> np.ndarray:
    """Which stems are the lead vocal, (S,) bool, by the roles that contents (S, 36 + size) tell."""
    return content[:, ROLES_AT][:, _LEAD] > 0.5


def keep_lead_up(
    levels_db: np.ndarray, content: np.ndarray, free: np.ndarray | None = None
) -> np.ndarray:
    """Levels (S,) with a free lead raised to 5.5 LU under the power sum of the rest."""
    lead = lead_stems(content)
    movable = lead if free is None else lead & free
    if not movable.any() or lead.all():
        return levels_db
    power = 10.0 ** (np.nan_to_num(levels_db, nan=-99.0) / 10.0)
    over_db = 10.0 * np.log10(power[lead].sum() / power[~lead].sum())
    return np.where(movable, levels_db + max(0.0, LEAD_FLOOR_LU - over_db), levels_db)


def balance_sides(pan: np.ndarray, levels_db: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Pans (S,) with the sides of the free ones chosen anew, so that left and right weigh the same.

    From the weightiest down each goes to the lighter side, and the first stays where it was drawn;
    how far out a stem sits is not changed. A stem weighs its amplitude times its pan.
    """
    weight = 10.0 ** (np.nan_to_num(levels_db, nan=-99.0) / 20.0) * pan
    lean = float(weight[~free].sum())
    balanced = pan.copy()
    chosen = [stem for stem in np.argsort(-np.abs(weight), kind="stable") if free[stem]]
    for stem in chosen:
        if lean * weight[stem] > 0.0:
            balanced[stem], weight[stem] = -pan[stem], -weight[stem]
        lean += float(weight[stem])
    return balanced
