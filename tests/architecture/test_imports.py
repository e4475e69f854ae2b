"""Imports point downwards only, from floor to floor; the engine and the protocol are pure."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# From the top down: a module belongs to the longest name that fits, and imports from its own package or lower floors.
FLOORS = [
    ("partyflow.management",),
    ("partyflow.launch",),
    ("partyflow",),
    ("partyflow.admin_site", "partyflow.http", "partyflow.server"),
    ("partyflow.observability",),
    ("partyflow.config",),
    ("partyflow.__version__",),
    ("rooms", "rooms.management"),
    ("rooms.admin", "rooms.worker"),
    ("rooms.relay", "rooms.web"),
    ("rooms.session",),
    ("rooms.cluster",),
    ("rooms.live",),
    ("rooms.access",),
    ("rooms.storage",),
    ("rooms.errors", "rooms.clock", "rooms.models", "rooms.public_urls"),
    ("rooms.network",),
    ("rooms.protocol", "rooms.telemetry"),
    ("gameplay", "gameplay.admin", "gameplay.management"),
    ("gameplay.results",),
    ("gameplay.words",),
    ("gameplay.models",),
    ("gameplay.words.denylist", "gameplay.words.wordlist"),
    ("gameplay.engine",),
]
PURE = ("rooms.protocol", "gameplay.engine")
AT_THE_ROOT = {
    "rooms": {"apps", "clock", "consumers", "errors", "models", "public_urls", "routing", "urls", "worker"},
    "partyflow": {"asgi", "channel_layer", "settings", "urls"},
    "gameplay": {"apps", "models"},
}
"""Modules that belong to no package: Django's and Channels' own names, and what every package builds on."""

KNOWN_TO_THE_SERVER = {
    "rooms.access.token_bucket", "rooms.live.transport", "rooms.protocol.frames", "rooms.protocol.handshake",
}  # fmt: skip
"""All that `partyflow.server` may import of the packages below: the transport's interface and RFC 6455."""

PACKAGES = ("partyflow", "rooms", "gameplay")

# What the pure packages may use besides themselves: nothing that waits, listens, reads a clock or rolls dice by itself.
PURE_MODULES = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "copy", "dataclasses", "enum", "functools",
    "hashlib", "heapq", "hmac", "itertools", "json", "math", "operator", "re", "string", "struct", "types", "typing",
    "unicodedata", "zlib", "msgspec",
    "http.HTTPStatus",
}  # fmt: skip
# Writes documents and does not run in a game.
REFERENCE = "rooms.protocol.reference"
# `random.Random(seed)` is a value; the module's own generator is not.
SEEDED_RANDOM = "random"


def modules() -> dict[str, Path]:
    """All modules that run in production, by their dotted names."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name.startswith("test_") or path.name == "conftest.py":
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, wherever in it: `a.b.c` for ``from a.b import c``."""
    path = MODULES[name]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
                origin = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def place(name: str) -> tuple[int, str] | None:
    """Floor (0 is the top) and package of a module of ours; None for other people's."""
    fitting = [
        (len(package), floor, package)
        for floor, packages in enumerate(FLOORS)
        for package in packages
        if f"{name}.".startswith(f"{package}.")
    ]
    return max(fitting)[1:] if fitting else None


def module_of(imported: str) -> str | None:
    """The module of ours that an imported name is, or lives in."""
    while imported and imported not in MODULES:
        imported = imported.rpartition(".")[0]
    return imported or None


def test_there_is_something_to_look_at() -> None:
    assert {"partyflow.settings", "rooms.protocol.envelope", "gameplay.engine.game"} <= MODULES.keys()
    assert len(MODULES) > 40
    assert ("gameplay.engine.states" in {module_of(name) for _, name in imports("gameplay.engine.game")}) is True


def test_members_know_rounds_through_hooks_only() -> None:
    imported = {module_of(name) for _, name in imports("gameplay.engine.members")}
    assert imported.isdisjoint({"gameplay.engine.rounds", "gameplay.engine.match", "gameplay.engine.hooks"})


@pytest.mark.parametrize("name", MODULES)
def test_imports_never_climb(name: str) -> None:
    here = place(name)
    assert here is not None
    climbing = [
        f"{MODULES[name].relative_to(ROOT)}:{line} imports {imported}"
        for line, imported in imports(name)
        if (there := place(imported)) is not None and there[0] <= here[0] and there[1] != here[1]
    ]
    assert not climbing


@pytest.mark.parametrize("package", AT_THE_ROOT)
def test_modules_live_in_packages(package: str) -> None:
    flat = {path.stem for path in (ROOT / package).glob("*.py") if path in MODULES.values()} - {"__init__"}
    assert flat == AT_THE_ROOT[package]


def test_the_server_does_not_know_the_game() -> None:
    known = {
        module
        for name in MODULES
        if name.startswith("partyflow.server.")
        for _, imported in imports(name)
        if (module := module_of(imported)) and not module.startswith("partyflow.")
    }
    assert known <= KNOWN_TO_THE_SERVER


def is_pure(name: str) -> bool:
    return name.startswith(PURE) and not name.startswith(REFERENCE)


@pytest.mark.parametrize("name", [name for name in MODULES if is_pure(name)])
def test_the_engine_and_the_protocol_are_pure(name: str) -> None:
    impure = [
        f"{MODULES[name].relative_to(ROOT)}:{line} imports {imported}"
        for line, imported in imports(name)
        if place(imported) is None
        and imported not in PURE_MODULES
        and (top := imported.partition(".")[0]) not in PURE_MODULES
        and not (top == SEEDED_RANDOM and only_seeded(name))
    ]
    assert not impure


def only_seeded(name: str) -> bool:
    """Whether a module uses nothing of `random` but its class `Random`."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == SEEDED_RANDOM
    }
    return used <= {"Random"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    below = {
        name: {module for _, imported in top_level_imports(name) if (module := module_of(imported)) and module != name}
        for name in MODULES
    }
    assert circle(below) == []


def top_level_imports(name: str) -> Iterator[tuple[int, str]]:
    """The imports that run when the module is loaded: not those inside functions, nor those for types alone."""
    tree = ast.parse(MODULES[name].read_text())
    deferred = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
        for part in ast.walk(node)
        if (inner := getattr(part, "lineno", None)) is not None
    }
    return ((line, imported) for line, imported in imports(name) if line not in deferred)


def circle(below: dict[str, set[str]]) -> list[str]:
    """One circle of the graph, as the names along it; empty if there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for lower in sorted(below[name]):
            if found := walk(lower, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(below) if (found := walk(name, []))), [])


def test_a_circle_would_be_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_everything_that_is_imported_is_pinned() -> None:
    ours = {*PACKAGES, "tests", "bench"}
    pinned = {
        line.split("==")[0].lower().replace("-", "_")
        for name in ("requirements.txt", "requirements-observability.txt")
        for line in (ROOT / name).read_text().splitlines()
        if "==" in line
    }
    called = {
        "csp": "django_csp",
        "yaml": "pyyaml",
        "import_export": "django_import_export",
        "opentelemetry": "opentelemetry_sdk",
    }
    missing = {
        top
        for name in MODULES
        for _, imported in imports(name)
        if (top := imported.partition(".")[0]) not in sys.stdlib_module_names | ours
        and called.get(top, top).lower() not in pinned
    }
    assert not missing
