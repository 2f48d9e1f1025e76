"""Text files as they are, or packed by gzip; content decides, not the name."""

import gzip
from pathlib import Path
from typing import BinaryIO, cast

GZIP_MAGIC = b"\x1f\x8b"


def opened(path: Path) -> BinaryIO:
    """A file open for reading, unpacked as it is read.

    Going forward in a packed file unpacks what lies between; going back begins at the start.
    """
    file = path.open("rb")
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    if not packed:
        return file
    unpacked = gzip.GzipFile(fileobj=file)
    # So that closing it closes the file as well.
    unpacked.myfileobj = file
    return cast("BinaryIO", unpacked)
