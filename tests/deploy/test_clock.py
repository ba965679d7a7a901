"""What the clock command understands."""

import argparse
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local import banner
from deploy.local.clock import duration
from deploy.local.site import ROOT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30d", timedelta(days=30)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("90m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        ("2h5s", timedelta(hours=2, seconds=5)),
        ("99999d", timedelta(days=99_999)),
    ],
)
def test_durations_are_read(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1w", "1h1d", "0d", "1.5d", "1d ", "٣d x"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


def test_the_offset_is_said_in_days_hours_and_minutes() -> None:
    assert banner.clock_line(timedelta()).endswith("(real time)")
    assert banner.clock_line(timedelta(days=45, hours=3, minutes=7, seconds=1)).endswith(
        "(45 days 3 h 7 min ahead of real time)"
    )


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        ({}, 3, "casella: no Casella runs from "),
        (
            {"CASELLA_MODE": "production"},
            1,
            "casella: the clock moves in local mode only and CASELLA_MODE says",
        ),
    ],
)
def test_the_clock_says_in_one_sentence_why_it_cannot_move(
    more: dict[str, str], code: int, sentence: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.clock", "advance", "1d"],
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(tmp_path), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
