"""The language of a study: what the program itself has to know of it, as its file in templates/language/ says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from .errors import Fault, TemplateError
from .formatting import Formatter

# What stands for {n} in a phrase: a number, or a percentage; anything else is a phrase of its own, or a name.
_NUMBER = re.compile(r"(-?\d+)(?:\.(\d+))?( %)?")
_PLACE = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Language:
    """What a language file tells the program; the file itself says what each part is for.

    ``name`` is that of the file, ``formatter`` writes numbers in the language and region of the study.
    """

    name: str
    formatter: Formatter
    word: Mapping[str, str]
    numerals: Sequence[str]
    spellings: Mapping[int, Sequence[str]]
    parts: Sequence[str]
    larger: Mapping[int, str]
    prose: Mapping[str, Sequence[Any]]
    sections: Mapping[str, Sequence[str]]
    origin_words: Mapping[str, str]
    measures: Mapping[str, str]
    reasons: Mapping[str, str]
    lengths: Mapping[str, str]

    @classmethod
    def told_by(cls, name: str, formatter: Formatter, told: Mapping[str, Any]) -> Language:
        """Return the language of a file that defines ``told``; raises TemplateError for what it lacks."""
        parts = [field.name for field in fields(cls) if field.name not in ("name", "formatter")]
        return cls(name, formatter, **{part: part_of(told, part) for part in parts})

    # -- what the program says in English

    @cached_property
    def phrases(self) -> Mapping[str, str]:
        """What the program says, and what that is in this language; "" where it stays as it is."""
        return {**self.measures, **self.reasons, **self.lengths}

    def said(self, text: str) -> str:
        """Return what the program says in English (a method, a warning, a measure) in this language.

        Numbers in it are written as the study writes them. What the language does not know stays as it is.
        """
        if (own := self.phrases.get(text)) is not None:
            return own or text
        for pattern, own in self._patterns:
            if found := pattern.fullmatch(text):
                return own.format(**{place: self._part(part) for place, part in found.groupdict().items()})
        return text

    def all_said(self, texts: Iterable[str]) -> str:
        """Return several of what the program says as one text."""
        return self.word["between"].join(map(self.said, texts))

    def _part(self, text: str) -> str:
        if found := _NUMBER.fullmatch(text):
            value, decimals = float(text.removesuffix(" %")), len(found[2] or "")
            return self.formatter.percent(value, decimals) if found[3] else self.formatter.number(value, decimals)
        return self.said(text)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The phrases with places for numbers and other phrases; those that say most by themselves first."""
        open_ = sorted((english for english in self.phrases if "{" in english), key=len, reverse=True)
        return [
            (re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(english))), self.phrases[english] or english)
            for english in open_
        ]

    # -- numbers in prose

    def spelled(self, value: object) -> Collection[str]:
        """Return the words that stand for a count, in lower case; none for anything else."""
        if not isinstance(value, int):
            return ()
        return {word.casefold() for word in (self._counts.get(value, ""), *self.spellings.get(value, ())) if word}

    @cached_property
    def _counts(self) -> dict[int, str]:
        """The words for counts."""
        return {**dict(enumerate(self.numerals)), **self.larger}

    @cached_property
    def number_words(self) -> dict[str, int | None]:
        """The words that are a number, or, as None, a part; those for nought and one have other meanings."""
        words = {word.lower(): number for number, word in self._counts.items() if number > 1}
        return words | dict.fromkeys(map(str.lower, self.parts))

    @cached_property
    def conventions(self) -> list[re.Pattern[str]]:
        """What readers of this language know is no result: numbered things, ordinals, levels of confidence."""
        level = r"\d{1,2}(?:[.,]\d+)?[\s-]*%"
        patterns = {
            "numbered": r"\b(?:WORDS)\s*[IVX\d]+(?:\.\d+)*[a-z]?\b",
            "ordinals": r"\b\d{1,2}(?:WORDS)\b",
            "interval": rf"\b{level}[\s-]*(?:WORDS)\b",
            "before_level": rf"\b(?:WORDS)\s*{level}",
        }
        return [
            re.compile(pattern.replace("WORDS", any_of(self.prose[words])), re.I)
            for words, pattern in patterns.items()
            if self.prose[words]
        ]


def part_of(told: Mapping[str, Any], name: str) -> Any:
    """Return what a language file calls ``name``; raises TemplateError where it lacks that."""
    if name not in told:
        mend = "Take it from the packaged templates/language/en.jinja, and translate it."
        raise TemplateError(Fault(f"The language file has no '{name}'.", mend))
    return told[name]


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
