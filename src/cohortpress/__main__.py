"""``python -m cohortpress``."""

from .cli import run

run()
