"""Where keys stand in a YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml


def keys_of(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int, bool]]:
    """Yield (path, line, already seen) of every key and list item."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1, here[-1] in seen
            seen.add(here[-1])
            yield from keys_of(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, str(index))
            yield here, item.start_mark.line + 1, False
            yield from keys_of(item, here)


def where_of(file: str, lines: Mapping[tuple[str, ...], int], path: tuple[str, ...]) -> str:
    """Return file and line of a key, or of the nearest key around it; ``lines`` are those of `keys_of`."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return f"{file}, line {lines[path[:end]]}"
    return file
