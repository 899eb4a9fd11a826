"""Jobs in threads, each begun when those before it have ended well; what goes wrong in several is told together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from .errors import CohortpressError

AT_MOST = 16  # threads: most wait, for another or for a process

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Jobs:
    """A context that ends when all its jobs have ended.

    Raises what went wrong: the faults of all jobs together, or the first error that is not a user's to mend.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_MOST)
        self._begun: list[Future[object]] = []

    def __enter__(self) -> Jobs:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._threads.shutdown(cancel_futures=kind is not None)
        if kind is None:
            self.join()

    def begin(self, job: Callable[..., object], *args: object, after: Iterable[Future[object]] = ()) -> Future[object]:
        """Let ``job`` run as soon as those ``after`` which it comes have ended well."""
        before = list(after)

        def run() -> None:
            for other in before:
                other.result()
            job(*args)

        self._begun.append(self._threads.submit(run))
        return self._begun[-1]

    def join(self) -> None:
        """Wait for all jobs that have been begun."""
        errors = [error for job in self._begun if (error := job.exception())]
        users = [error for error in errors if isinstance(error, CohortpressError)]
        if len(errors) > len(users):
            raise next(error for error in errors if error not in users)
        if users:
            raise type(users[0])(*dict.fromkeys(fault for error in users for fault in error.faults))
