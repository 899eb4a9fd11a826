"""``python -m cohortpress``."""

from .cli import main

main(prog_name="cohortpress")
