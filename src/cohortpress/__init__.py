"""cohortpress: from the data of a small cohort to a conference abstract and a poster."""

__version__ = "0.1.0"
