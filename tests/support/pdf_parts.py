"""Looks into a PDF without a PDF library: its unpacked streams and its pages."""

import re
import zlib


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"stream\r?\n", pdf):
        try:
            found.append(zlib.decompressobj().decompress(pdf[match.end() :]))
        except zlib.error:
            continue
    return found


def pages(pdf: bytes) -> int:
    whole = pdf + b"".join(streams(pdf))
    return len(re.findall(rb"/Type ?/Page\b(?!s)", whole))
