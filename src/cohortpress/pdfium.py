"""PDFium, which reads and draws PDFs, and gives nonsense to two threads at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def opened(pdf: Path) -> Iterator[PdfDocument]:
    """Open a PDF; no other thread uses PDFium meanwhile. Raises pypdfium2.PdfiumError for what is no PDF."""
    import pypdfium2

    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        yield document


def save_picture(pdf: Path, png: Path, width_px: int) -> None:
    """Draw the first page of ``pdf`` as a picture of this width."""
    with opened(pdf) as document:
        page = document[0]
        drawn = page.render(scale=width_px / page.get_width()).to_pil().convert("RGB")
    drawn.save(png, compress_level=3)  # smaller and faster than what is usual
