"""Check a published abstract with nothing but its text: which of its numbers cannot be true."""

from __future__ import annotations

from .checks import check_marks, check_medians, check_shares, check_sizes
from .findings import Candidate, Finding, Quote, Report
from .p_checks import check_p_values
from .parsing import read_statements
from .reading import read_text

__all__ = ["Candidate", "Finding", "Quote", "Report", "audit_text", "read_text"]

_CHECKS = (check_medians, check_shares, check_sizes, check_p_values, check_marks)


def audit_text(text: str) -> Report:
    """Return what was understood of ``text`` and what in it cannot be true; any text will do.

    Medians are held against their ranges, percentages against counts, every n against the cohort, and the p
    values of changes against all that a Wilcoxon signed-rank test of so few pairs can give.
    """
    said = read_statements(text)
    findings = [finding for check in _CHECKS for finding in check(text, said)]
    findings.sort(key=lambda finding: (finding.level == "remark", finding.quotes[0].start))
    subjects = said.cohort.n if said.cohort else None
    counts = (len(said.summaries), len(said.p_values), len(said.comparisons), len(said.shares))
    return Report(*counts, subjects, tuple(findings))
