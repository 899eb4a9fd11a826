"""Libraries without the parts of them that are seldom called: what is not loaded costs nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """A module of functions and classes that is loaded when one of them is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: getattr(import_module(self.__name__), name)(*args, **kwargs)


@contextmanager
def when_needed(*names: str) -> Iterator[None]:
    """Let what is imported in this context load the modules ``names`` only when it calls one of their functions.

    For modules that it imports, but of which it needs no class to inherit from and no value.
    """
    put_off = {name: _Later(name) for name in names if name not in sys.modules}
    parents = {name: sys.modules.get(name.rpartition(".")[0]) for name in put_off}
    for name, module in put_off.items():
        sys.modules[name] = module
        if parent := parents[name]:
            setattr(parent, name.rpartition(".")[2], module)
    try:
        yield
    finally:
        for name, module in put_off.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            if parent := parents[name]:
                parent.__dict__.pop(name.rpartition(".")[2], None)


@contextmanager
def bare(package: str) -> Iterator[None]:
    """Let what is imported in this context be found in ``package`` without the code of the package itself.

    For packages that only gather what their modules define, with more around it. Who imports the package afterwards
    gets all of it.
    """
    spec = find_spec(package)
    put_up = spec is not None and package not in sys.modules
    if put_up:
        assert spec is not None
        module = ModuleType(package)
        module.__path__ = list(spec.submodule_search_locations or ())
        sys.modules[package] = module
    try:
        yield
    finally:
        if put_up:
            del sys.modules[package]


@contextmanager
def replaced(owner: object, name: str, value: object) -> Iterator[None]:
    """Let ``owner`` have another attribute in this context; one that it lacks it does not get."""
    before = vars(owner).get(name)
    if before is not None:
        setattr(owner, name, value)
    try:
        yield
    finally:
        if before is not None:
            setattr(owner, name, before)
