"""The command ``cohortpress``, and ``python -m cohortpress``: each process of a build imports this file first."""

import signal


def run() -> None:
    """Run the command."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until it is loaded: nothing is begun that must be ended in order
    from .cli import run as command

    command()


if __name__ == "__main__":
    run()
