"""Which source files a stage depends on, by following the project's own imports.

Analysis rules take these files as inputs; simulation rules take a digest of their syntax trees, so
that a comment, a docstring or a new layout cannot make molecular dynamics run again.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "softness"

# What an engine is imported from at run time, where that is not a module of softness.engines.
ELSEWHERE = {"lanes": "softness.lanes.batch"}


def sources(module: str, engine: str | None = None) -> list[Path]:
    """Source files of a module and of all modules of this package that it imports.

    Parameters
    ----------
    module
        Dotted name, for example ``"softness.stages.thermal"``.
    engine
        Name of the engine, which is imported by name at run time: only the chosen one counts.

    Returns
    -------
    list of pathlib.Path
        Sorted. Package files (``__init__.py``) count where they hold code.
    """
    return sorted(modules(module, engine).values())


def modules(module: str, engine: str | None = None, root: Path | None = None) -> dict[str, Path]:
    """The files of `sources` by the names of their modules.

    Parameters
    ----------
    module, engine
        As of `sources`.
    root
        Folder that holds the package; this one's by default.
    """
    root = root or ROOT
    waiting = [module] + ([engine_module(engine)] if engine else [])
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = _file_of(name, root)
        waiting += _imports(_text(found[name]), root)
    return {name: path for name, path in found.items() if _tree(_text(path)).body}


def engine_module(engine: str) -> str:
    """Name of the module that an engine is imported from at run time."""
    return ELSEWHERE.get(engine, f"{PACKAGE}.engines.{engine}")


def is_there(module: str, root: Path | None = None) -> bool:
    """Whether a module of this package has a file below a root: an old commit may lack some."""
    return _is_module(module, root or ROOT)


def syntax_digest(module: str) -> str:
    """Digest of the syntax trees of `sources`, without comments, docstrings and layout."""
    digest = hashlib.sha256()
    for path in sources(module):
        digest.update(f"{path.relative_to(ROOT)}\n{_normal_form(path)}\n".encode())
    return digest.hexdigest()[:16]


def text_digest(text: str) -> str:
    """Digest of the syntax tree of one source text, without comments, docstrings and layout."""
    return hashlib.sha256(_normal_text(text).encode()).hexdigest()[:16]


def _file_of(name: str, root: Path) -> Path:
    base = root.joinpath(*name.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _is_module(name: str, root: Path) -> bool:
    return name.split(".")[0] == PACKAGE and _file_of(name, root).is_file()


@functools.cache
def _imports(text: str, root: Path) -> list[str]:
    """Names of this package's modules that a text imports, and the packages they are in."""
    modules = [name for name in _imported_names(text) if _is_module(name, root)]
    packages = [".".join(name.split(".")[:depth]) for name in modules for depth in (1, 2)]
    return modules + [name for name in packages if _is_module(name, root)]


def _imported_names(text: str) -> list[str]:
    """All names in the import statements of a source text, modules or not."""
    names = []
    for node in _statements(_tree(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def _normal_form(path: Path) -> str:
    """The syntax tree of a file as text, without positions and docstrings."""
    return _normal_text(_text(path))


@functools.cache
def _normal_text(text: str) -> str:
    return _dumped(_tree(text))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# Cached by text, not by path: a workflow asks for the same files for each of its rules.
@functools.cache
def _tree(text: str) -> ast.Module:
    """The syntax tree of a source text, without docstrings."""
    tree = ast.parse(text)
    for node in [tree, *_statements(tree)]:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if body and isinstance(body[0], ast.Expr) and _is_text(body[0].value):
                node.body = body[1:]
    return tree


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements within a node: a tenth of what `ast.walk` goes through."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, field, ()):
            yield child
            yield from _statements(child)


def _dumped(node: object) -> str:
    """A syntax tree as text, the same for all versions of Python.

    `ast.dump` is not: what is absent stands there as None, as an empty list, or not at all.
    """
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if name != "kind"]
        inner = [f"{name}={_dumped(value)}" for name, value in fields if value not in (None, [])]
        return f"{type(node).__name__}({', '.join(inner)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_dumped, node))}]"
    return repr(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
