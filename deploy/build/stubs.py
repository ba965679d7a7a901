"""Decides how the Python stubs are made from the protos; the drift test makes them the same way elsewhere.

`_pb2.pyi` comes from protoc itself, `_pb2_grpc.pyi` from mypy-protobuf: only that one has the `…AsyncStub`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi")


def sources() -> list[Path]:
    """All protos, relative to their root, in a stable order."""
    return sorted(path.relative_to(PROTOS) for path in PROTOS.rglob("*.proto"))


def generate(folder: Path) -> None:
    """Writes the stubs of all protos below `folder`.

    Raises:
        subprocess.CalledProcessError: A proto does not compile; protoc has said why.
    """
    plugin = Path(sys.executable).parent / "protoc-gen-mypy_grpc"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"-I{PROTOS}",
            f"--plugin=protoc-gen-mypy_grpc={plugin}",
            f"--python_out={folder}",
            f"--pyi_out={folder}",
            f"--grpc_python_out={folder}",
            f"--mypy_grpc_out=quiet:{folder}",
            *map(str, sources()),
        ],
        check=True,
        cwd=PROTOS,
    )


def stubs_of(source: Path) -> list[Path]:
    """The files that belong to a proto, relative to the root of the protos."""
    return [source.with_name(source.stem + suffix) for suffix in SUFFIXES]


if __name__ == "__main__":
    generate(PROTOS)
