"""YAML, read by libyaml where PyYAML was built with it, which takes a tenth of the time."""

from __future__ import annotations

from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader", "load"]


def load(text: str) -> Any:
    """Return what a text of plain values says; raises yaml.YAMLError."""
    return yaml.load(text, Loader=SafeLoader)
