"""One variable over three visits or more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ._scipy import special
from .inference import Inference, above_zero
from .pairs import check_lengths, column

_FEW_SUBJECTS = 10


def friedman(*visits: ArrayLike) -> Inference:
    """Friedman test of complete cases: one column a visit, shape (n,) each, subjects in the same order.

    With the ranks r_ij of visit j among the k values of subject i, and their deviations e_ij = r_ij - (k + 1)
    / 2: (k - 1) sum_j (sum_i e_ij) ** 2 / sum_ij e_ij ** 2, chi-squared on k - 1 degrees of freedom; the
    divisor corrects for ties. Raises ValueError on NaN, unequal lengths and fewer than three visits. Source:
    Conover 1999, Practical Nonparametric Statistics, 3rd ed., section 5.8.
    """
    if len(visits) < 3:
        raise ValueError(f"the Friedman test needs three visits or more; it was given {len(visits)}")
    columns = [column(values, f"visit {number}") for number, values in enumerate(visits, start=1)]
    check_lengths(*columns)
    n, k = columns[0].size, len(columns)
    values = np.column_stack(columns)
    # The mid-rank of a value within its row: one, and for each other value one if below, a half if equal.
    below = (values[:, None, :] < values[:, :, None]).sum(axis=2)
    equal = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    ranks = below + (equal + 1) / 2
    deviations = ranks - (k + 1) / 2
    spread = float((deviations**2).sum())
    result = Inference(method="Friedman test, chi-squared approximation", n_paired=n, options={"df": k - 1})
    if not spread:
        reason = "no subject's values differ between visits" if n else "there are no complete cases"
        return result.warn(f"no p value: {reason}")
    if n < _FEW_SUBJECTS:
        result = result.warn(
            f"the chi-squared approximation is rough with fewer than {_FEW_SUBJECTS} subjects"
        )
    statistic = (k - 1) * float((deviations.sum(axis=0) ** 2).sum()) / spread
    return replace(result, statistic=statistic, p_value=above_zero(float(special.chdtrc(k - 1, statistic))))
