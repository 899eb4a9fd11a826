"""From free text to statements; what is not understood is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .changes import Comparison, PValue, compare, read_p_values
from .counts import Cohort, Share, read_cohort, read_shares, read_sizes
from .medians import Summary, read_summaries
from .numbers import same_length

TestNamed = Literal["signed-rank", "exact signed-rank", "none", "other"]

_SENTENCE_END = re.compile(
    r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bca)(?<!\bresp)(?<!\bapprox)(?<!\b0)[.!?](?=\s+[A-Z\d(\[\"“])"
)
_SIGNED_RANK = re.compile(r"signed[\s-]*ranks?|wilcoxon(?:'s)? (?:matched|paired)|paired wilcoxon", re.I)
_EXACT = re.compile(r"\bexact\b[^.;]{0,30}(?:signed|wilcoxon)|(?:signed|wilcoxon)[^.;]{0,40}\bexact\b(?! p)", re.I)
# Whatever else may have given the p of two visits, or have changed it.
_RIVAL = re.compile(
    r"\bt[\s-]*tests?\b|student|\bmann\b|rank[\s-]*sum|\bu[\s-]*tests?\b|anova|analysis of variance|friedman|"
    r"kruskal|\bsign[\s-]*test|\bmixed\b|linear model|regression|\bgee\b|generali[sz]ed|permutation|"
    r"bootstrap|monte[\s-]*carlo|simulat|randomi[sz]ation|bayes|bonferroni|\bholm\b|benjamini|hochberg|"
    r"false discovery|\bfdr\b|multiplicity|multiple (?:testing|comparisons)|adjusted|"
    r"\b(?:one|1)[\s-]*(?:sided|tailed)|unilateral|imput|carried forward|locf",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Statements:
    """All that was understood of a text; ``sizes`` are all numbers that may be a denominator."""

    summaries: tuple[Summary, ...]
    p_values: tuple[PValue, ...]
    shares: tuple[Share, ...]
    comparisons: tuple[Comparison, ...]
    cohort: Cohort | None
    sizes: frozenset[int]
    test: TestNamed


def read_statements(text: str) -> Statements:
    """Read all statements of ``text``; their places are places in it."""
    text = same_length(text)
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    sentences = list(zip([0, *ends], [*ends, len(text)], strict=True))
    cohort = read_cohort(text, sentences)
    summaries = tuple(read_summaries(text, sentences))
    p_lists = tuple(read_p_values(text))
    return Statements(
        summaries,
        tuple(p for p_list in p_lists for p in p_list),
        tuple(read_shares(text)),
        tuple(compare(text, sentences, summaries, p_lists, cohort)),
        cohort,
        read_sizes(text),
        _test_named(text),
    )


def _test_named(text: str) -> TestNamed:
    if _RIVAL.search(text):
        return "other"
    if not _SIGNED_RANK.search(text):
        return "none"
    return "exact signed-rank" if _EXACT.search(text) and "approximat" not in text else "signed-rank"
