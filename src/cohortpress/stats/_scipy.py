"""SciPy's special functions. Importing them would load NumPy's tools for tests and Fortran too, a third of the time."""

import numpy as np  # noqa: F401  (parts of it are put off)

from ..later import when_needed

with when_needed("numpy.f2py", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing"):
    from scipy import special

__all__ = ["special"]
