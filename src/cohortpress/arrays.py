"""What arrays are called by the numbers that they hold: one column, one of subject x visit, or of any shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Of any shape; a docstring says which.
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
# One column.
Array = np.ndarray[tuple[int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
# Of subjects and visits.
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
FlagMatrix = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
