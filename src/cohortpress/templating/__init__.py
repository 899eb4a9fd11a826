"""Documents filled from results: Jinja in, Markdown out, and every printed value carries its result id."""

from .filler import Filler, read_language
from .markdown import capitalise, escape, plain
from .matter import front_matter
from .names import COMPOSED, Branch, Value, VisitName, constants_of, said_of, visit_names

__all__ = [
    "COMPOSED",
    "Branch",
    "Filler",
    "Value",
    "VisitName",
    "capitalise",
    "constants_of",
    "escape",
    "front_matter",
    "plain",
    "read_language",
    "said_of",
    "visit_names",
]
