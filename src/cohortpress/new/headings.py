"""What the head of a column, or the name of a visit, tells: what was measured, in which unit, and when."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

# Months that a unit of time is long, and what people call it: English, German, French, Dutch.
UNITS = {
    "month": (1.0, "m|mo|mos|mth|mths|months?|monate?n?|mois|maand|maanden"),
    "week": (7 * 12 / 365.25, "w|wk|wks|weeks?|wochen?|semaines?|weken"),
    "minute": (12 / 365.25 / 1440, "min|mins|minutes?|minuten|minuut"),
    "hour": (12 / 365.25 / 24, "h|hr|hrs|hours?|std|stunden?|heures?|u|uur|uren"),
    "day": (12 / 365.25, "d|days?|tage?n?|jours?|dag|dagen"),
    "year": (12.0, "y|yr|yrs|years?|jahre?n?|ans?|jaar"),
}
_TREATED = (
    r"(?: (?:the|der|de|het|la|le|l))?(?: (?:treatment|therapy|surgery|dose|behandlung|therapie|operation|op|gabe|"
    r"behandeling|operatie|dosis|traitement))?"
)
_START = re.compile(
    r"base ?line|base|bl|pre|pre ?(?:treatment|dose|op)|start|initial|inclusion|intake|admission|"
    rf"(?:before|vor|voor|avant){_TREATED}|vorher|vooraf|(?:therapie|studien|behandlungs)?beginn|aufnahme|einschluss|"
    r"ausgangs(?:wert|lage)|begin|aanvang|opname|nulmeting|debut|depart"
)
_END = re.compile(
    r"post|post ?(?:treatment|dose|op)|end|final|last|follow ?up|fu|discharge|"
    rf"(?:after|nach|na|apres){_TREATED}|nachher|nadien|(?:therapie|studien|behandlungs)?ende|entlassung|abschluss|"
    r"einde?|ontslag|fin|sortie"
)
_DECIMAL_MARK = r"(?<=\d)[.,](?=\d)"
NUMBER = r"\d+(?:[.,]\d+)?"
_COUNTED = re.compile(
    rf"(?:visit|visite|v|t|time|timepoint|period|phase|wave|session|cycle|round|follow ?up|fu|nr|no)? ?({NUMBER})"
)
# A minus sign stands behind a space or at the beginning; else it is a hyphen, as in "week-4".
_MINUS = r"(?:(?<![^\s_(\[])-|\u2212 ?)(?=\d)"
# Na is also sodium, and A a vitamin.
_FILLERS = re.compile(
    r"\b(?:at|after|of|in|the|nach|zu|bei|bij|apres|au|a l|na(?= \d+ (?:maand|we|dag|uur|jaar))|"
    r"a(?= \d+ (?:mois|semaine|jour|an|heure)))\b"
)
_ARM = re.compile(r"_arm_\d+$|\(arm \d+.*\)$")  # of an event in REDCap
_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_SPAN = re.compile(r"\s*(\d+)\s*(?:-|\u2013|to)\s*(\d+)\s*")  # of a scale: no unit
# Units that stand at the end without brackets.
_BARE_UNIT = re.compile(
    r"[ ,_]+(kg|cm|mm|mg|g|lb|lbs|%|mmhg|bpm|years|kg/m2|mm/h|"
    r"[mnpu\u00b5\u03bc]?(?:g|mol|l|iu|u)[/_](?:d?l|ml|kg|min))$",
    re.IGNORECASE,
)
# The longer first.
_SIGNS = {"<=": "up to", ">=": "from", "\u2264": "up to", "\u2265": "from", "<": "below", ">": "above", "%": "percent"}
_WORDS = frozenset(["age", "sex", "gender", "race", "weight", "height"])
# People after whom scores are called.
_NAMES = frozenset([
    "apgar", "barthel", "beck", "borg", "braden", "crohn", "epworth", "fugl", "glasgow", "hamilton", "harris",
    "karnofsky", "kellgren", "lansky", "likert", "mayo", "rankin", "roland", "rosenberg", "schober", "tanner",
    "tiffeneau", "tinetti", "zung",
])  # fmt: skip
_ABBREVIATIONS = frozenset(
    [
        *(
            "crp",
            "esr",
            "bmi",
            "haq",
            "vas",
            "das",
            "das28",
            "asdas",
            "basdai",
            "sledai",
            "hb",
            "wbc",
            "ldl",
            "hdl",
        ),
        *(
            "alt",
            "ast",
            "egfr",
            "fev1",
            "fvc",
            "hba1c",
            "sbp",
            "dbp",
            "bp",
            "hr",
            "lvef",
            "bnp",
            "psa",
            "tsh",
            "qol",
        ),
    ]
)


@dataclass(frozen=True)
class Time:
    """When: ``months`` since the start where the words tell, or a mere ``count``; an end comes after all others.

    ``number`` and ``unit`` are what the words say: 12 and week.
    """

    months: float | None = None
    count: float | None = None
    name: str = ""
    label: str = ""
    number: float = 0
    unit: str = ""


@dataclass(frozen=True)
class Heading:
    """A column: ``whole`` is its name without its unit, ``stem`` also without the words for when."""

    column: str
    whole: str
    unit: str
    stem: str
    when: str = ""
    span: str = ""  # of a score: 0–10
    compact: bool = False  # nothing, or a hyphen, parts the stem from the number: crp6, but also IL6 and IL-6


def time_of(text: str) -> Time | None:
    """Return the time that some words name, or None: "Month 6", "6 mo", "w12", "t0.5h", "baseline", "V2", "12"."""
    if before := re.search(_MINUS, text):
        after = time_of(f"{text[: before.start()]} {text[before.end() :]}")
        return after and _negative(after, text)
    bare = " ".join(re.sub(rf"(?!{_DECIMAL_MARK})[\W_]", " ", _ARM.sub("", _folded(text))).split())
    words = " ".join(_FILLERS.sub(" ", bare).split()) or bare
    for unit, (_, names) in UNITS.items():
        if found := re.fullmatch(rf"(?:{names}) ?({NUMBER})|(?:t ?)?({NUMBER}) ?(?:{names})", words):
            return counted(_number(found[1] or found[2]), unit)
    if _START.fullmatch(words) or _START.fullmatch(bare):
        return counted(0, "month")
    if found := _COUNTED.fullmatch(words):
        return Time(count=_number(found[1]), name=slug(text), label=label(text))
    return Time(name=slug(text), label=label(text)) if _END.fullmatch(words) or _END.fullmatch(bare) else None


def _negative(time: Time, text: str) -> Time:
    """Return the time as long before the start as ``time`` is after it."""
    if time.unit:
        return counted(-time.number, time.unit)
    return replace(time, count=-time.count, label=label(text)) if time.count else time


def unit_of(head: str) -> str:
    """Return the unit of time that the head of a column names, or "": "week", "Time (h)", "hours_after_dose"."""
    for word in re.findall(r"[^\W\d_]+", _folded(head)):
        for unit, (_, names) in UNITS.items():
            if re.fullmatch(names, word) and word != "m":  # which may be minutes
                return unit
    return next((unit for unit in UNITS if unit in _folded(head)), "")


def _number(text: str) -> float:
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


def counted(number: float, unit: str) -> Time:
    """Return the time after so many units, or before the start if they are negative."""
    if number == 0:
        return Time(0.0, name="baseline", label="Baseline")
    size, before = abs(number), number < 0
    shown = f"{size} {unit}{'s' if size != 1 else ''}{' before' if before else ''}"
    name = slug(f"{unit}_{'before_' if before else ''}{size}")
    return Time(number * UNITS[unit][0], name=name, label=shown, number=number, unit=unit)


def read_heading(column: str, title: str = "") -> Heading:
    """Return what a head of a column tells; ``title`` is a longer name that the file has for it."""
    unit, when, span = "", "", ""
    for brackets in _BRACKETS.findall(column):
        if time_of(brackets) and not brackets.strip().isdigit():
            when = brackets
        elif ends := _SPAN.fullmatch(brackets):
            span = "\u2013".join(ends.groups())
        elif re.search(r"[^\W\d]|%", brackets):
            unit = brackets.strip()
    whole = " ".join(_BRACKETS.sub(" ", column).split())
    if not unit and (bare := _BARE_UNIT.search(whole)):
        whole, unit = whole[: bare.start()], bare[1].replace("_", "/")
    if not unit and (of_title := _BRACKETS.search(title)):
        unit = of_title[1].strip()
    if when:
        return Heading(column, f"{whole} {when}", unit, whole, when, span)
    stem, when, compact = _split_time(whole)
    return Heading(column, whole, unit, stem, when, span, compact)


def _split_time(text: str) -> tuple[str, str, bool]:
    """Return what was measured, the words for when, and whether nothing parts them."""
    marks = list(re.finditer(rf"(?:(?!{_DECIMAL_MARK}\d+ ?h|{_MINUS})[\s_.\-:,])+", text))
    marks = [mark for mark in marks if mark.start() > 0 and mark.end() < len(text)]
    counts = range(min(3, len(marks)), 0, -1)
    places = [place for count in counts for place in ((marks[-count], True), (marks[count - 1], False))]
    # A hyphen parts last: IL-6, 25-OH-D.
    for mark, at_end in sorted(places, key=lambda place: place[0][0] == "-"):
        parts = (_spaced(text[: mark.start()]), _spaced(text[mark.end() :]))
        stem, when = parts if at_end else parts[::-1]
        if time_of(when):
            return stem, when, mark[0] == "-" and when.isdigit()
    if found := re.fullmatch(r"(pre|post)([a-z]\w+)", text, re.IGNORECASE):
        return found[2], found[1], False
    if found := re.fullmatch(r"(.*[a-z])(\d+)", text, re.IGNORECASE):
        return found[1], found[2], True
    return text, "", False


def _spaced(text: str) -> str:
    return " ".join(re.sub(rf"(?!{_DECIMAL_MARK})[_.]", " ", text).split())


def slug(text: str) -> str:
    """Return a name for prose: lower-case letters, digits and underscores; may be empty."""
    words = _folded(text)
    for sign, word in _SIGNS.items():
        words = words.replace(sign, f" {word} ")
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    return f"x_{name}" if name[:1].isdigit() else name


def label(text: str) -> str:
    """Return a name for readers: "tender_joints" is "Tender joints", "crp" is "CRP", "AGE" is "Age".

    The mark of a question, as in "Smoker?", belongs to the form alone.
    """
    words = " ".join(re.sub(r"_+", " ", text).split())
    words = words.rstrip(" ?") or words
    if words.lower() in _WORDS:
        return words.capitalize()
    if words.lower() in _ABBREVIATIONS and words.islower():
        return words.upper()
    rest = words.split(" ")[0][1:]
    return words if rest != rest.lower() else words[:1].upper() + words[1:]  # sIL-2R, eGFR


def within_a_sentence(text: str) -> str:
    """Return a label as it stands within a sentence: "Body Weight" is "body weight"; CRP, HbA1c, Hb and names stay."""
    return " ".join(word.lower() if _is_common(word) else word for word in text.split(" "))


def _is_common(word: str) -> bool:
    """Tell whether a word has a capital only because a label begins with it: Plt and Na are abbreviations."""
    plain = word[:1].isupper() and word[1:].islower() and len(word) > 2 and word[1:3].isalpha()
    return plain and re.search("[aeiouy]", word.lower()) is not None and word.lower() not in _NAMES


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
