"""Processes that print while this one computes, fills and renders; they load WeasyPrint while it reads the data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from .errors import Fault, PrintError

PRINTERS = 2  # a document each
# What the server loads that the workers are forked from; click, since each runs the imports of the command.
LOADED = ["click", "pypdfium2", "weasyprint", f"{__package__}.printing"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Workers:
    """Runs jobs in other processes; a context that ends them."""

    def __init__(self) -> None:
        # To start the first process takes until it has loaded all: another thread waits for that.
        self._starting = ThreadPoolExecutor(1)
        self._pool = self._starting.submit(_start)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self._starting.shutdown()
        if not self._pool.exception():
            self._pool.result().shutdown(cancel_futures=True)

    def run(self, job: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        """Run ``job``, a function of a module, in one of the processes; raises PrintError where that process dies."""
        try:
            return self._pool.result().submit(job, *args, **kwargs).result()
        except BrokenExecutor:
            raise PrintError(Fault("A printing process died.", "Is there memory left? Build again.")) from None


def _start() -> Executor:
    """Return processes that are ready, or threads where the system allows none."""
    # A server that has loaded all once forks for each job; only on Linux is that safe with all libraries.
    context = get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(LOADED)
    try:
        pool = ProcessPoolExecutor(PRINTERS, mp_context=context)
        pool.submit(_load)
    except OSError:  # no shared memory, as in some containers
        return ThreadPoolExecutor(1)
    return pool


def _load() -> None:
    """Load what the jobs need; where processes are forked from a server that is done already."""
    import pypdfium2  # noqa: F401
    import weasyprint  # noqa: F401
