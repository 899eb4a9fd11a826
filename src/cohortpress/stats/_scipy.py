"""SciPy's special functions, as they are compiled.

`scipy.special` itself wraps them for other kinds of arrays, and writes documentation, whenever it is imported: that
takes three times as long as to load them. Of NumPy they would load tools for tests and Fortran too.
"""

import numpy as np  # noqa: F401  (parts of it are put off)

from ..later import bare, when_needed

with bare("scipy.special"), when_needed(
    "numpy.f2py", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing"
):
    from scipy.special import _ufuncs as special

__all__ = ["special"]
