"""Better and worse, percent change, responders, DAS28-CRP and EULAR response."""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import differing, rows

from cohortpress.stats.activity import das28_crp, eular_response
from cohortpress.stats.descriptive import describe
from cohortpress.stats.response import ChangeCounts, change_counts, percent_changes, responders


def test_the_direction_decides_who_improved() -> None:
    baseline, followup = [5.0, 0.3, 2.0, 1.0], [4.0, 0.1 + 0.2, 3.0, 0.5]
    lower = change_counts(baseline, followup, lower_is_better=True)
    assert lower == ChangeCounts(n_improved=2, n_unchanged=1, n_worse=1)
    higher = change_counts(baseline, followup, lower_is_better=False)
    assert higher == ChangeCounts(n_improved=1, n_unchanged=1, n_worse=2)


def test_percent_changes_leave_out_a_baseline_of_zero_and_count_it() -> None:
    percents = percent_changes([10.0, 0.0, 4.0, -2.0], [5.0, 3.0, 5.0, -1.0])
    assert np.isnan(percents).tolist() == [False, True, False, True]
    assert percents[[0, 2]].tolist() == [-50, 25]
    summary = describe(percents)
    assert (summary.n, summary.n_missing, summary.median) == (2, 2, -12.5)
    assert percent_changes([], []).size == 0


def test_responders_by_threshold_percent_and_both() -> None:
    baseline, followup = [5.1, 5.3, 4.0, 3.0], [2.6, 3.2, 2.5, 2.9]
    assert responders(baseline, followup, threshold=2.6).n == 2
    assert responders(baseline, followup, threshold=2.6, strict=True).n == 1
    assert responders(baseline, followup, percent=30).n == 3
    both = responders(baseline, followup, threshold=3.0, percent=30)
    assert (both.responded.tolist(), both.total) == ([True, False, True, False], 4)
    assert responders(followup, baseline, threshold=5.1, lower_is_better=False).n == 2
    assert responders(followup, baseline, percent=60, lower_is_better=False).n == 3


def test_what_lies_below_a_threshold_has_not_reached_it_from_above() -> None:
    before, after, below = [2.0, 2.0], [0.6, 0.6], [False, True]  # 0.6 and <0.6
    strictly = responders(before, after, threshold=0.6, strict=True, followup_below=below)
    assert strictly.responded.tolist() == [False, True]
    assert responders(before, after, threshold=0.6, followup_below=below).n == 2
    rising = responders(before, after, threshold=0.6, lower_is_better=False, followup_below=below)
    assert rising.responded.tolist() == [True, False]


@pytest.mark.parametrize(("before", "after", "percent"), [(1.1, 0.77, 30), (4.9, 3.43, 30), (0.7, 0.35, 50)])
def test_a_percentage_is_reached_by_its_decimals(before: float, after: float, percent: float) -> None:
    assert responders([before], [after], percent=percent).n == 1


def test_responders_whose_percentage_has_no_meaning_are_left_out_and_named() -> None:
    share = responders([0.0, 4.0, 4.0], [0.0, 1.0, 4.0], percent=50)
    assert (share.n, share.total, share.evaluable.tolist()) == (1, 2, [False, True, True])
    assert share.warnings == ("1 of 3 pairs left out: their baseline is not above zero",)
    assert responders([0.0, 4.0], [0.0, 1.0], threshold=1).total == 2
    with pytest.raises(ValueError, match="threshold"):
        responders([1.0], [1.0])
    with pytest.raises(ValueError, match="unequal length"):
        responders([1.0, 2.0], [1.0], threshold=1)


def test_das28_crp_meets_r_and_rheumtools() -> None:
    table = rows("das28_crp.csv")
    components = [[float(row[name]) for row in table] for name in ("tender", "swollen", "crp", "health")]
    scores = das28_crp(components[0], components[1], components[2], components[3]).tolist()
    assert differing([(row, score, row["score"]) for row, score in zip(table, scores, strict=True)]) == []
    # The R package rheumtools (fragla), its own tests, printed to two decimals.
    assert das28_crp([4, 5], [5, 6], [7, 8], [50, 51]).tolist() == pytest.approx([4.15, 4.40], abs=0.005)
    assert das28_crp([0], [0], [0], [0]).tolist() == [0.96]  # its minimum: medicalalgorithms.com, DAS28-CRP


@pytest.mark.parametrize(
    ("components", "message"),
    [
        (([29], [0], [0], [0]), "tender_joints must lie between 0 and 28"),
        (([0], [-1], [0], [0]), "swollen_joints must lie between 0 and 28"),
        (([0], [0], [-0.1], [0]), "crp must lie between 0"),
        (([0], [0], [0], [101]), "global_health must lie between 0 and 100"),
        (([0, 0], [0], [0], [0]), "unequal length"),
    ],
)
def test_das28_components_out_of_range_are_refused(
    components: tuple[list[float], list[float], list[float], list[float]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        das28_crp(*components)


# The R package rheumtools (fragla), its own tests.
@pytest.mark.parametrize(
    ("baseline", "followup", "response"),
    [
        (5.21, 1.8, "good"),
        (4.2, 3.2, "moderate"),
        (3.1, 2.9, "none"),
        (4.3, 3.3, "moderate"),
        (4.0, 3.3, "moderate"),
        (4.4, 4.2, "none"),
        (7.46, 6.19, "moderate"),
        (7.43, 6.81, "none"),
        (7.19, 6.70, "none"),
    ],
)
def test_eular_response_as_in_rheumtools(baseline: float, followup: float, response: str) -> None:
    assert eular_response([baseline], [followup]) == (response,)


def test_eular_response_by_its_published_table() -> None:
    # In whole tenths the edges cannot blur. The table of van Gestel 1998: improvement by activity reached.
    table = {
        ("low", "large"): "good",
        ("moderate", "large"): "moderate",
        ("high", "large"): "moderate",
        ("low", "middle"): "moderate",
        ("moderate", "middle"): "moderate",
    }
    pairs = [(before, after) for before in range(100) for after in range(100)]
    expected = []
    for before, after in pairs:
        improved = "large" if before - after > 12 else "middle" if before - after > 6 else "small"
        reached = "low" if after <= 32 else "moderate" if after <= 51 else "high"
        expected.append(table.get((reached, improved), "none"))
    baseline, followup = ([score / 10 for score in column] for column in zip(*pairs, strict=True))
    assert list(eular_response(baseline, followup)) == expected
