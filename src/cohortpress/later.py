"""Libraries without the parts of them that are seldom called: what is not loaded costs nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
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
