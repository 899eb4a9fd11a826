"""Statistics of small paired cohorts: pure functions over 1-d arrays. No I/O, no formatting, no rounding."""
