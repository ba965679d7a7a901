"""What the Makefile gives to all that its commands start."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_bytecode_is_kept_where_the_environment_says_not_to(tmp_path: Path) -> None:
    shown = tmp_path / "shown.mk"
    shown.write_text(f'include {MAKEFILE}\nshown:\n\t@python3 -c "import sys; print(sys.dont_write_bytecode)"\n')
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["make", "-s", "-f", str(shown), "shown"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
