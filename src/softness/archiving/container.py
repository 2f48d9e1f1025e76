"""The tar file of an archive: equal files give equal bytes, and every damage is named."""

import contextlib
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from softness.archiving.manifest import Manifest, is_inside
from softness.errors import InputError
from softness.files.atomic import replacing
from softness.files.provenance import file_digest
from softness.files.unreadable import unreadable

MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sha256"
OWN = (MANIFEST, MANIFEST_DIGEST)
BLOCK = 1 << 20
MOST_NAMED = 20

# What tarfile raises on damaged bytes, depending on where they are.
_DAMAGE = (tarfile.TarError, OSError, EOFError, ValueError)


class _Member(NamedTuple):
    name: str
    size: int
    open: Callable[[], BinaryIO]


def write_archive(path: str | Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write an archive, whole or not at all.

    Parameters
    ----------
    path
        The tar file to make.
    manifest
        What it holds.
    files
        Where each of its files lies now, by its path in the archive.
    """
    text = manifest.as_text().encode()
    digest = f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode()
    members = [_held(MANIFEST, text), _held(MANIFEST_DIGEST, digest)]
    members += [
        _Member(name, files[name].stat().st_size, lambda name=name: files[name].open("rb"))
        for name in sorted(files)
    ]
    with replacing(path) as temporary, temporary.open("wb") as target:
        _write(target, members)


def _held(name: str, data: bytes) -> _Member:
    return _Member(name, len(data), lambda: io.BytesIO(data))


def _write(target: BinaryIO, members: Iterable[_Member]) -> None:
    """Write members in their order; without times, owners and modes, which differ by machine."""
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, size, opened in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = size, 0o644
            with opened() as file:
                tar.addfile(entry, file)


class Archive:
    """An archive that was checked: every byte is as its manifest says.

    Made by `open_archive`.
    """

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def unpack(self, folder: str | Path) -> None:
        """Write all files of the archive into a folder."""
        for name in sorted(self.manifest.files):
            with replacing(Path(folder) / name) as temporary, temporary.open("wb") as target:
                for block in _blocks(_reader(self._tar, name)):
                    target.write(block)


@contextlib.contextmanager
def open_archive(path: str | Path) -> Iterator[Archive]:
    """Open an archive and check each byte of it.

    Yields
    ------
    Archive
        To be unpacked within the ``with`` statement.

    Raises
    ------
    InputError
        If the file is absent or no archive, or if anything was changed, is missing or was added;
        names each such file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file: give the path of an archive (make archive)")
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115
    except _DAMAGE as error:
        fault = f"is not a tar file, or its beginning is damaged: {error}"
        raise unreadable(path, error, fault, "get it again") from error
    with tar:
        manifest = _checked_manifest(path, tar)
        damages = list(_damages(tar, manifest)) or list(_foreign_bytes(path, tar))
        if damages:
            raise _damaged(path, damages)
        yield Archive(tar, manifest)


def _checked_manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    names = _names(tar)
    missing = [f"missing: {name}" for name in OWN if name not in names]
    if missing:
        raise _damaged(path, missing)
    text, digest = (b"".join(_blocks(_reader(tar, name))) for name in OWN)
    if digest != f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode():
        raise _damaged(path, [f"changed: {MANIFEST} or {MANIFEST_DIGEST}"])
    try:
        return Manifest.from_text(text.decode())
    except (InputError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {MANIFEST}: {error}") from error


def _damages(tar: tarfile.TarFile, manifest: Manifest) -> Iterator[str]:
    """One line for each file that is not as the manifest says."""
    names = _names(tar)
    expected = {*manifest.files, *OWN}
    for name in sorted(expected - set(names)):
        yield f"missing: {name}"
    for name in sorted(set(names)):
        if name not in expected:
            yield f"additional: {name}"
        elif names.count(name) > 1:
            yield f"additional: {name}, which is there {names.count(name)} times"
        elif not is_inside(name) or not tar.getmember(name).isreg():
            yield f"additional: {name}, which is not a regular file in the archive's folder"
        elif name in manifest.files and _digest(tar, name) != manifest.files[name]:
            yield f"changed: {name}"


def _foreign_bytes(path: Path, tar: tarfile.TarFile) -> Iterator[str]:
    """A line if bytes outside of the files differ: headers, padding, what follows the end.

    The archive is what its files give when they are packed again, to the last byte.
    """
    names = [*OWN, *sorted(set(_names(tar)) - set(OWN))]
    packed = _Hashing()
    _write(
        packed,
        [_Member(n, tar.getmember(n).size, lambda n=n: _reader(tar, n)) for n in names],
    )
    if packed.digest() != file_digest(path):
        yield "changed or additional: bytes between or after the files, which are all whole"


class _Hashing(io.RawIOBase):
    """Where bytes are hashed and not kept."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._length = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._length += len(data)
        return len(data)

    def tell(self) -> int:
        return self._length

    def digest(self) -> str:
        return self._hash.hexdigest()


def _names(tar: tarfile.TarFile) -> list[str]:
    try:
        return tar.getnames()
    except _DAMAGE as error:
        raise unreadable(
            str(tar.name), error, f"damaged or truncated: {error}", "get it again"
        ) from error


def _reader(tar: tarfile.TarFile, name: str) -> BinaryIO:
    found = tar.extractfile(name)
    if found is None:
        raise InputError(f"{tar.name}: {name} is not a regular file: get the archive again")
    return found


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def _digest(tar: tarfile.TarFile, name: str) -> str | None:
    """SHA-256 of a file of the archive; none if it is cut short."""
    found = hashlib.sha256()
    try:
        for block in _blocks(_reader(tar, name)):
            found.update(block)
    except _DAMAGE:
        return None
    return found.hexdigest()


def _damaged(path: Path, damages: list[str]) -> InputError:
    shown = damages[:MOST_NAMED]
    if len(damages) > len(shown):
        shown.append(f"and {len(damages) - len(shown)} more")
    lines = "\n".join(f"  {each}" for each in shown)
    return InputError(f"{path}: is not as it was packed; get it again. Nothing was drawn.\n{lines}")
