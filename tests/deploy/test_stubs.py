"""The committed stubs are those of the committed protos."""

from pathlib import Path

from deploy.build import stubs


def test_the_stubs_are_those_of_the_protos(tmp_path: Path) -> None:
    stubs.generate(tmp_path)
    drifted = [
        str(stub)
        for source in stubs.sources()
        for stub in stubs.stubs_of(source)
        if not (stubs.PROTOS / stub).exists() or (stubs.PROTOS / stub).read_bytes() != (tmp_path / stub).read_bytes()
    ]
    assert not drifted, f"run `make protos`: {drifted}"


def test_no_stub_is_left_of_a_proto_that_has_gone() -> None:
    expected = {stub for source in stubs.sources() for stub in stubs.stubs_of(source)}
    found = {
        path.relative_to(stubs.PROTOS) for path in stubs.PROTOS.rglob("*_pb2*.py*") if "__pycache__" not in path.parts
    }
    assert found <= expected
