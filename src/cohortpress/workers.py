"""Processes that draw and print while this one computes, fills and renders; they load while it reads the data."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import forkserver, get_context, parent_process
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from .errors import Fault, PrintError

if TYPE_CHECKING:
    from concurrent.futures import Executor

AT_ONCE = 2  # a document each
FORKS = sys.platform == "linux"  # elsewhere not all libraries survive it
PRINTING = [f"{__package__}.loading", f"{__package__}.printing", f"{__package__}.typesetting", "email.policy"]
DRAWING = [f"{__package__}.figures._matplotlib"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Workers:
    """Runs jobs in other processes, which end with this context."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: Executor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, with all the memory that they took; a further job begins new ones."""
        with self._lock:
            if self._pool:
                self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def apart(self) -> Workers:
        """Return others, for jobs that leave much behind, where further processes cost little; else these."""
        return Workers() if FORKS else self

    def rest(self) -> None:
        """Give back the memory that jobs have left, where new processes cost little."""
        if FORKS:
            self.close()

    def start(self, *, drawing: bool = True) -> None:
        """Let another process load what prints, and what draws; comes back at once."""
        if FORKS:
            # It loads all once, and forks a worker when there is a job.
            forkserver.set_forkserver_preload([*PRINTING, *(DRAWING if drawing else ())])
            with _deaf_to_interrupts():
                forkserver.ensure_running()
        else:
            self._begun().submit(_load)

    def run(self, job: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        """Run ``job``, a function of a module, in one of the processes; raises PrintError where that process dies."""
        from concurrent.futures import BrokenExecutor

        try:
            return self._begun().submit(job, *args, **kwargs).result()
        except BrokenExecutor:
            raise PrintError(Fault("A printing process died.", "Is there memory left? Build again.")) from None

    def _begun(self) -> Executor:
        with self._lock:
            self._pool = self._pool or _begin()
            return self._pool


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes that begin here, and theirs, ignore Ctrl-C: it is for the build, which ends them in order."""
    if threading.current_thread() is not threading.main_thread():  # only that one may say so
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin() -> Executor:
    """Return processes, or threads where the system allows none."""
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    try:
        return ProcessPoolExecutor(AT_ONCE, get_context("forkserver" if FORKS else "spawn"), initializer=_settle)
    except OSError:  # no shared memory, as in some containers
        return ThreadPoolExecutor(1)


def _settle() -> None:
    """Look for garbage, but not in what the workers share: the search would copy it for each."""
    gc.freeze()
    gc.enable()
    threading.Thread(target=_end_with_the_build, daemon=True).start()


def _end_with_the_build() -> None:
    """End this worker where the build is killed: it would wait for ever for a job, and keep the others alive."""
    if build := parent_process():
        build.join()
        os._exit(1)


def _load() -> None:
    """Load what prints."""
    from . import typesetting  # noqa: F401
