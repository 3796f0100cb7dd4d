"""REML for a linear model with crossed random effects, and Satterthwaite's degrees of freedom.

One rule: everything is done in cross-products: the time does not grow with the number of answers.
statsmodels' MixedLM takes crossed effects as one dense group: seconds a fit, and a singular matrix
where a variance is zero (tests/test_assistant_listen_test_analysis.py compares the two).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

_ZERO = 1e-5  # of the residual variance: a smaller one is taken for none
_FIRST = 0.3  # variance of each effect in residual variances, where the search begins
_MOST_STEPS = 500


@dataclass(frozen=True, eq=False)
class Reml:
    """Fixed effects (p,) with their covariance (p, p), and variances by effect, "residual" too.

    slopes (v, p, p) is how the covariance grows with each variance that is not zero, information
    (v, v) the expected one of these variances.
    """

    fixed: np.ndarray
    covariance: np.ndarray
    variances: dict[str, float]
    converged: bool
    slopes: np.ndarray
    information: np.ndarray

    def variance_and_df(self, design: np.ndarray) -> tuple[float, float]:
        """The variance of design @ fixed, and its degrees of freedom (Giesbrecht, Burns 1985)."""
        variance = float(design @ self.covariance @ design)
        slope = np.array([design @ each @ design for each in self.slopes])
        spread = float(slope @ np.linalg.pinv(self.information) @ slope)
        return variance, max(1.0, 2.0 * variance**2 / spread)


def fit_reml(value: np.ndarray, fixed: np.ndarray, effects: Mapping[str, np.ndarray]) -> Reml:
    """Fit value (n,) = fixed (n, p) @ b + each effect's columns (n, q) @ its own normal draws."""
    space = _Space.of(value, fixed, list(effects.values()))
    count = len(effects)
    found = optimize.minimize(
        space.criterion,
        np.full(count, _FIRST),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * count,
        options={"maxiter": _MOST_STEPS, "ftol": 1e-12, "gtol": 1e-7},
    )
    ratios = np.where(found.x > _ZERO, found.x, 0.0)
    return space.at(ratios, list(effects), bool(found.success))


@dataclass(frozen=True, eq=False)
class _Products:
    """What _Space knows at some ratios; P is the projection of REML, in residual variances."""

    logdet: float
    x_x: np.ndarray  # X' H^-1 X
    z_x: np.ndarray  # Z' H^-1 X
    fixed: np.ndarray
    z_p_z: np.ndarray
    z_p_y: np.ndarray
    y_p_y: float


@dataclass(frozen=True, eq=False)
class _Space:
    """C = [Z X y], its cross-products C'C, and which columns of Z are whose."""

    products: np.ndarray
    rows: int
    columns: tuple[slice, ...]
    fixed: int

    @classmethod
    def of(cls, value: np.ndarray, fixed: np.ndarray, effects: list[np.ndarray]) -> "_Space":
        whole = np.column_stack([*effects, fixed, value])
        ends = np.cumsum([0, *(each.shape[1] for each in effects)])
        columns = tuple(slice(a, b) for a, b in zip(ends[:-1], ends[1:], strict=True))
        return cls(whole.T @ whole, len(value), columns, fixed.shape[1])

    @property
    def _random(self) -> int:
        return self.columns[-1].stop if self.columns else 0

    def _solve(self, ratios: np.ndarray) -> _Products:
        """Woodbury: H = I + sum of ratio * Z Z', never written out."""
        q, p = self._random, self.fixed
        root = np.zeros(q)
        for columns, ratio in zip(self.columns, ratios, strict=True):
            root[columns] = np.sqrt(ratio)
        inner = np.eye(q) + root[:, None] * self.products[:q, :q] * root
        factor = linalg.cholesky(inner, lower=True)
        scaled = linalg.solve_triangular(factor, root[:, None] * self.products[:q], lower=True)
        inside = self.products - scaled.T @ scaled  # C' H^-1 C
        x_x, z_x, x_y = inside[q : q + p, q : q + p], inside[:q, q : q + p], inside[q : q + p, -1]
        fixed = np.linalg.solve(x_x, x_y)
        logdet = 2.0 * float(np.log(np.diag(factor)).sum()) + float(np.linalg.slogdet(x_x)[1])
        return _Products(
            logdet,
            x_x,
            z_x,
            fixed,
            inside[:q, :q] - z_x @ np.linalg.solve(x_x, z_x.T),
            inside[:q, -1] - z_x @ fixed,
            float(inside[-1, -1] - x_y @ fixed),
        )

    def criterion(self, ratios: np.ndarray) -> tuple[float, np.ndarray]:
        """-2 log of the restricted likelihood, the residual variance profiled out; its gradient."""
        at = self._solve(ratios)
        free = self.rows - self.fixed
        slope = np.array(
            [
                np.trace(at.z_p_z[c, c]) - free * float(at.z_p_y[c] @ at.z_p_y[c]) / at.y_p_y
                for c in self.columns
            ]
        )
        return at.logdet + free * float(np.log(at.y_p_y)), slope

    def at(self, ratios: np.ndarray, names: list[str], converged: bool) -> Reml:
        """Everything that is reported, at the ratios that were found."""
        at = self._solve(ratios)
        residual = at.y_p_y / (self.rows - self.fixed)
        kept = [i for i, ratio in enumerate(ratios) if ratio > 0.0]
        covariance = residual * np.linalg.inv(at.x_x)
        inner = [at.z_x[self.columns[i]].T @ at.z_x[self.columns[i]] for i in kept]
        # P H P = P, so what holds P P is P less the parts of the random effects.
        inner.append(at.x_x - sum(ratios[i] * each for i, each in zip(kept, inner, strict=True)))
        slopes = np.stack([covariance @ each @ covariance for each in inner]) / residual**2
        variances = {name: float(residual * r) for name, r in zip(names, ratios, strict=True)}
        variances["residual"] = float(residual)
        information = self._information(at, ratios, kept) / (2.0 * residual**2)
        return Reml(at.fixed, covariance, variances, converged, slopes, information)

    def _information(self, at: _Products, ratios: np.ndarray, kept: list[int]) -> np.ndarray:
        """tr(P G_i P G_j), G = Z Z' of each kept effect and I, in residual variances."""
        blocks = np.array(
            [
                [np.square(at.z_p_z[self.columns[i], self.columns[j]]).sum() for j in kept]
                for i in kept
            ]
        ).reshape(len(kept), len(kept))
        traces = np.array([np.trace(at.z_p_z[self.columns[i], self.columns[i]]) for i in kept])
        weights = ratios[kept]
        with_residual = traces - blocks @ weights
        free = self.rows - self.fixed
        alone = free - weights @ traces - weights @ with_residual
        return np.block([[blocks, with_residual[:, None]], [with_residual[None], alone]])
