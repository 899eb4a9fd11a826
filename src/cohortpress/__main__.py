"""The command ``cohortpress``, and ``python -m cohortpress``: each process of a build imports this file first."""


def run() -> None:
    """Run the command."""
    from .cli import run as command

    command()


if __name__ == "__main__":
    run()
