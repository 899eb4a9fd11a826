"""Colours of a screen as inks: held against the formula that the made-up profile was built from."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_profile import made_up_profile
from PIL import ImageCms

from cohortpress.errors import PrintError
from cohortpress.inks import Inks


@pytest.fixture(scope="module")
def inks(tmp_path_factory: pytest.TempPathFactory) -> Inks:
    file = tmp_path_factory.mktemp("profile") / "made up.icc"
    file.write_bytes(made_up_profile())
    return Inks(file)


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]


@pytest.mark.parametrize("colour", ["005f78", "5b2a91", "14213d", "a8430a", "f1f4f5", "0a6847", "b58900", "ff69b4"])
def test_a_colour_is_what_the_profile_makes_of_it(inks: Inks, colour: str) -> None:
    assert inks.of(*rgb(colour)) == pytest.approx([*(1 - part for part in rgb(colour)), 0], abs=0.05)


@pytest.mark.parametrize("colour", ["000000", "16191d", "17141f", "56606a", "808080", "8a939d", "d5dadf"])
def test_a_grey_is_in_black_alone_and_as_light(inks: Inks, colour: str) -> None:
    cyan, magenta, yellow, black = inks.of(*rgb(colour))
    assert (cyan, magenta, yellow) == (0, 0, 0)
    assert 1 - black == pytest.approx(sum(rgb(colour)) / 3, abs=0.03)  # so light is black alone, with this profile


def test_paper_stays_paper(inks: Inks) -> None:
    assert inks.of(1, 1, 1) == (0, 0, 0, 0)


def test_what_is_no_profile_of_a_printing_condition_is_refused(tmp_path: Path) -> None:
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    bad = {
        "There is no file 'coated.icc'": None,
        "'coated.icc' is no ICC profile": b"CMYK",
        "'coated.icc' is a profile of RGB": screen,
        "not of a printing condition": made_up_profile(b"spac"),
        "'coated.icc' is a broken ICC profile": made_up_profile()[:600],
    }
    for said, data in bad.items():
        if data is not None:
            (tmp_path / "coated.icc").write_bytes(data)
        with pytest.raises(PrintError, match=said) as raised:
            Inks(tmp_path / "coated.icc")
        assert "Ask the print shop" in str(raised.value)
