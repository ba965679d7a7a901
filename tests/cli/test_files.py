"""What a command writes is its user's alone, and nothing that is there gives way unless it may."""

from pathlib import Path

import pytest

from cli import files


def test_what_is_written_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "invoice.xml"
    files.write(file, b"first")
    assert file.stat().st_mode & 0o777 == 0o600
    files.write(file, b"new", over=True)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)


def test_a_file_that_is_there_stays_unless_it_may_give_way(tmp_path: Path) -> None:
    file = tmp_path / "refunds.xml"
    file.write_bytes(b"first")
    with pytest.raises(FileExistsError):
        files.write(file, b"second")
    assert file.read_bytes() == b"first"
