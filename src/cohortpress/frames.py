"""Measurements and results as pandas data frames, for who goes on in Python where the documents end.

A build needs neither: pandas is loaded here alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .analysis.derived import derive
from .cohort import read_cohort
from .errors import Fault, ResultError
from .result import ResultSet
from .study import read_study

if TYPE_CHECKING:
    import pandas as pd


def measurements(folder: Path) -> pd.DataFrame:
    """Return the validated measurements of the study in ``folder``, derived scores included.

    The index is (subject, visit), in the order of the study; a column an endpoint holds floats, NaN where it was
    not measured, in the unit of the data. A second column, ``<endpoint>_below``, stands beside an endpoint with values
    below its limit of detection: there the float is the limit. Raises DataError or StudyError as a build does.
    """
    import pandas as pd

    study = read_study(folder)
    cohort = derive(study, read_cohort(folder, study))
    index = pd.MultiIndex.from_product([cohort.subjects, cohort.visits], names=["subject", "visit"])
    frame = pd.DataFrame(index=index)
    for name, values in cohort.values.items():
        frame[name] = values.ravel()
        if (below := cohort.censored[name]).any():
            frame[f"{name}_below"] = below.ravel()
    return frame


def results(file: Path) -> pd.DataFrame:
    """Return a results.json, one row a result with its id as index; values are as computed, not as printed.

    Raises ResultError where the file is missing or no results.json.
    """
    import pandas as pd

    try:
        read = ResultSet.from_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(Fault("There is no such file.", "Build the study first.", str(file))) from None
    return pd.DataFrame.from_records([result.record() for result in read], index="id")
