"""Documents filled from results: Jinja in, Markdown out, and every printed value carries its result id."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from jinja2.environment import Environment
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..errors import Fault, StudyError, TemplateError
from ..figures.courses import MANY
from ..formatting import Formatter
from ..language import Language, part_of
from ..result import ResultSet
from ..study import Study
from .faults import located
from .guards import ClaimTag, check_claim, of_names, refuse, with_its_id
from .markdown import FILTERS
from .matter import taken_apart
from .names import names, writable

_END_OF_CLAIM = re.compile(r"\{%-?\s*endclaim\s*%\}")


def _environment(folders: Sequence[Path], cache: Path | None = None) -> ImmutableSandboxedEnvironment:
    """Return what reads templates from the first of ``folders`` that has them, and compiles them into ``cache``."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        bytecode_cache=FileSystemBytecodeCache(str(cache)) if cache else None,
        undefined=StrictUndefined,
        # pandoc writes {#id}, which Jinja would take for a comment
        comment_start_string="{##",
        comment_end_string="##}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=with_its_id,
        extensions=[ClaimTag],
    )
    environment.filters |= FILTERS
    return environment


def read_language(study: Study, folders: Sequence[Path]) -> Language:
    """Return what the templates in ``folders`` say of the language of a study.

    Raises StudyError where they do not know it, and TemplateError where its file is broken.
    """
    return _language(study, *_read_words(study, _environment(folders)))


def _read_words(study: Study, environment: Environment) -> tuple[str, dict[str, Any]]:
    """Return the language file of a study's region, or, without one, of its language, and the words in it."""
    language = study.language.partition("-")[0].lower()
    for name in dict.fromkeys([study.language, language]):
        file = f"language/{name}.jinja"
        with located(file), contextlib.suppress(TemplateNotFound):
            # The module that documents see is made later: its macros know the names of that time.
            told = vars(environment.get_template(file).make_module())
            words = {name: value for name, value in told.items() if not callable(value)}
            return file, {name: _unbroken(value, part_of(told, "unbroken")) for name, value in words.items()}
    files = environment.list_templates(filter_func=lambda file: file.startswith("language/"))
    known = ", ".join(sorted(Path(file).stem for file in files if file.endswith(".jinja")))
    mend = f"There are: {known}. To add one, copy templates/language/en.jinja to templates/language/{language}.jinja "
    problem = f"There are no sentences in the language '{study.language}'."
    raise StudyError(Fault(problem, f"{mend}in your study, and translate it.", study.where("language")))


def _language(study: Study, file: str, told: Mapping[str, Any]) -> Language:
    with located(file):
        return Language.told_by(Path(file).stem, Formatter(study.language, study.where("language")), told)


class Filler:
    """Fills documents; templates are found in the first of ``folders`` that has them, and compiled into ``cache``.

    Without ``own`` templates of the study, messages name the line of the document alone.
    Raises StudyError where there is no language file for the language of the study.
    """

    def __init__(
        self,
        study: Study,
        results: ResultSet,
        folders: Sequence[Path],
        functions: Mapping[str, object],
        cache: Path | None = None,
        *,
        own: bool = True,
    ) -> None:
        self._environment = _environment(folders, cache)
        self._environment.globals = {
            **{name: self._environment.globals[name] for name in ("range", "dict", "namespace")},
            # No name of a study begins like these.
            "_check_claim": partial(check_claim, study=study, results=results),
            "_refuse": refuse,
            "_next": self._next,
            "_many": MANY,
            **functions,
        }
        self._study, self._results, self._own = study, results, own
        self._counts: Counter[str] = Counter()
        self._language_file, self._told = _read_words(study, self._environment)
        self.language = _language(study, self._language_file, self._told)
        self._environment.globals |= names(study, results, self.language)

    def words(self, name: str) -> Any:
        """Return a list or table of the language file, such as ``figure_words``; raises TemplateError without it."""
        with located(self._language_file):
            return part_of(self._told, name)

    def writable(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield each expression that a document can print, and what gives its text: sentences, then values.

        Sentences are the macros called ``..._sentence``, and ``summary``, for all that they can be about. To get a
        text raises ResultError or TemplateError where there is none.
        """
        file = self._language_file
        study, known = self._study, names(self._study, self._results, self.language)
        about: dict[str | None, Iterable[str]] = {
            "endpoint": study.endpoints, "visit": study.visits, "response": study.responses,
            "question": study.yes_no_changes,
        }  # fmt: skip
        with located(file, self._environment.globals):
            macros = vars(self._environment.get_template(file).module)

        def say(macro: Any, chosen: Sequence[str]) -> object:
            with located(file, self._environment.globals):
                return self._sentence(macro)(*(known[name] for name in chosen))

        for name, macro in sorted(macros.items()):  # Jinja exports them in no order
            asked = getattr(macro, "arguments", (None,))
            if (name.endswith("_sentence") or name == "summary") and about.keys() >= set(asked):
                for chosen in itertools.product(*(about[argument] for argument in asked)):
                    yield f"{name}({', '.join(chosen)})", partial(say, macro, chosen)
        yield from writable(known)

    def sentence(self, name: str) -> Callable[..., str]:
        """Return a macro of the language file, its text in one line; raises TemplateError without it."""
        if not callable(macro := self._environment.globals.get(name)):
            problem = f"templates/{self._language_file} has no sentence '{name}'."
            raise TemplateError(Fault(problem, "Copy it from that of cohortpress."))
        return macro

    def fill(self, source: str, file: str) -> tuple[dict[str, Any], str]:
        """Return front matter and body of a document with all values in it.

        Raises TemplateError with file and line where a name is unknown, a tag is broken or a value does not
        exist.
        """
        with located(file, self._environment.globals, own=self._own):
            self._environment.globals |= self._macros(self._language_file, self._sentence) | self._told
            self._counts.clear()
            self._environment.globals |= self._macros("blocks.jinja", of_names)
            # A claim may end its line: the line break behind it belongs to the prose.
            prose = _END_OF_CLAIM.sub("{% endclaim +%}", source.replace("{{<", '{{ "{{<" }}'))
            code = self._environment.compile(prose, file, file)
            filled = Template.from_code(self._environment, code, self._environment.globals).render()
        return taken_apart(filled, source, file)

    def _next(self, kind: str) -> int:
        """Count the tables, figures ... of a document, from 1."""
        self._counts[kind] += 1
        return self._counts[kind]

    def _macros(self, library: str, wrap: Callable[[Any], object]) -> dict[str, object]:
        exported = vars(self._environment.get_template(library).module)
        study = self._study
        for kind in ("visits", "endpoints", "characteristics", "yes_no_changes", "responses"):
            for name in getattr(study, kind).keys() & exported.keys():
                problem = f"'{name}' is a word of templates/{library}."
                raise TemplateError(Fault(problem, "Choose another name.", study.where(kind, name)))
        return {name: wrap(value) for name, value in exported.items() if not name.startswith("_")}

    def _sentence(self, macro: Any) -> Any:
        """Let a sentence come out in one line however its macro is laid out: it may stand in a table or a heading."""
        if not callable(macro):
            return macro
        spaces, say = part_of(self._told, "unbroken"), of_names(macro)
        return lambda *args, **kwargs: _unbroken(re.sub(r"[ \n]+", " ", say(*args, **kwargs)).strip(), spaces)


def _unbroken(value: Any, spaces: Mapping[str, str]) -> Any:
    """Return words of a language, alone or in lists and tables, with the spaces that its marks want before them."""
    match value:
        case str():
            for typed, meant in spaces.items():
                value = value.replace(typed, meant)
            return value
        case dict():
            return {key: _unbroken(inner, spaces) for key, inner in value.items()}
        case list():
            return [_unbroken(inner, spaces) for inner in value]
    return value
