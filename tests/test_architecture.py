"""What holds the code together: which way imports point, how large files are, what is explained."""

import ast
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ari_app.places import REPOSITORY

# Each ring may use itself and those before it. A new package has to find its place here.
RINGS = (
    {"caller", "console", "fetch_error", "kept_file", "last_words", "logs", "parts"}
    | {"patient_lock", "places", "ports", "settings", "settings_error", "telephone_number"},
    {"acd", "flow"},
    {"journal", "live", "media", "snapshot", "store"},
    {"telephony"},
    {"fallback", "health", "reaper"},
    {"simulator"},
    {"standalone"},
    {"operations"},
    {"commands"},
    {"cli"},
)
PURE = {"acd", "flow"}
# A process begins here and its parts are put together; nobody imports it.
ENTRIES = {
    "ari_app/controller.py",
    "ari_app/journal/shipper.py",
    "ari_app/media/recorder.py",
    "ari_app/reaper/__main__.py",
    "ari_app/simulator/__main__.py",
}
# Asterisk starts these for a call, and every library costs the caller time. asterisk: pyst2.
QUICK_STARTERS = {"ari_app/fallback": {"asterisk"}, "agi_scripts": {"asterisk"}}
INTERPRETER = "ari_app.flow.engine"
LONGEST_FILE = 300
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
TEXT_FILES = {".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".conf", ".txt", ".in", ".lock", ""}


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """(path, syntax tree) of every Python file of these folders."""
    for folder in folders:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            yield str(path.relative_to(REPOSITORY)), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """Every module that is named by an import, those inside functions too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(str(node.module))
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def packages_used(tree: ast.Module) -> set[str]:
    """The packages of ari_app that a file imports from."""
    return {name.split(".")[1] for name in imported(tree) if name.startswith("ari_app.")}


def package_of(path: str) -> str:
    return path.split("/")[1].removesuffix(".py")


def ring_of(package: str) -> int:
    found = [number for number, ring in enumerate(RINGS) if package in ring]
    assert found, f"ari_app/{package} has no place in RINGS"
    return found[0]


def test_imports_point_inward() -> None:
    wrong = [
        f"{path} imports {used}"
        for path, tree in sources("ari_app")
        if path not in ENTRIES and package_of(path) != "__init__"
        for used in packages_used(tree)
        if ring_of(used) > ring_of(package_of(path))
    ]
    assert wrong == []


def test_packages_do_not_use_each_other_in_circles() -> None:
    uses: dict[str, set[str]] = {}
    for path, tree in sources("ari_app"):
        if path not in ENTRIES:
            package = package_of(path)
            uses.setdefault(package, set()).update(packages_used(tree) - {package})

    def reach(package: str) -> set[str]:
        seen: set[str] = set()
        todo = [package]
        while todo:
            for used in uses.get(todo.pop(), set()) - seen:
                seen.add(used)
                todo.append(used)
        return seen

    assert [package for package in uses if package in reach(package)] == []


def test_nobody_imports_a_process() -> None:
    entries = {path.removesuffix(".py").replace("/", ".") for path in ENTRIES}
    assert [path for path, tree in sources("ari_app") if imported(tree) & entries] == []


def test_pure_packages_know_nothing_of_the_rest() -> None:
    wrong = [
        f"{path} imports {used}"
        for path, tree in sources("ari_app")
        if package_of(path) in PURE
        for used in packages_used(tree) - {package_of(path)}
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", QUICK_STARTERS)
def test_what_a_call_waits_for_names_no_further_library(folder: str) -> None:
    known = sys.stdlib_module_names | {"ari_app", "agi_scripts"} | QUICK_STARTERS[folder]
    wrong = {
        f"{path} imports {name}"
        for path, tree in sources(folder)
        for name in imported(tree)
        if name.split(".")[0] not in known
    }
    assert wrong == set()


def test_the_fallback_loads_no_library_but_agis_before_the_caller_hears_something() -> None:
    paths = [str(REPOSITORY), sysconfig.get_path("purelib")]
    code = f"import sys; sys.path[:0] = {paths!r}; import agi_scripts.fallback; print(*sys.modules)"
    command = [sys.executable, "-IS", "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    ours = sys.stdlib_module_names | {"__main__", "ari_app", "agi_scripts"}
    agi = {"asterisk", "six"}  # pyst2, and what it needs
    assert {name.split(".")[0] for name in loaded} - ours == agi


def test_the_interpreter_starts_with_the_standard_library_alone() -> None:
    """-S leaves out everything that is installed, so an import of a library would fail."""
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import {INTERPRETER}"
    done = subprocess.run([sys.executable, "-IS", "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_no_file_is_too_long_to_read_at_once() -> None:
    long = [
        f"{path.relative_to(REPOSITORY)}: {lines} lines"
        for folder in ("ari_app", "agi_scripts", "tests")
        for path in (REPOSITORY / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert long == []


def test_every_name_says_what_is_in_the_file() -> None:
    empty = [str(path) for path in repository_files() if EMPTY_NAMES.search(path.stem)]
    empty = [path for path in empty if not path.endswith("manager.conf")]  # Asterisk's own name
    assert empty == []


def test_every_public_thing_is_explained() -> None:
    """What fulfils a contract, as a node's `enter` does, is explained where the contract stands."""
    explained: set[tuple[str, str]] = set()
    silent: dict[str, tuple[str, str]] = {}
    for path, tree in sources("ari_app", "agi_scripts"):
        package = package_of(path)
        assert ast.get_docstring(tree), f"{path} does not say what it is"
        for name, node in public_things(tree.body, ""):
            contract = (package, node.name if "." in name else name)
            if ast.get_docstring(node):
                explained.add(contract)
            else:
                silent[f"{path}: {name}"] = contract
    assert [name for name, contract in silent.items() if contract not in explained] == []


def public_things(body: list[ast.stmt], where: str) -> Iterator[tuple[str, Definition]]:
    """(dotted name, syntax tree) of public classes, their public methods, and functions."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield f"{where}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_things(node.body, f"{node.name}.")


def test_the_repository_names_no_machine_and_no_host_but_its_own() -> None:
    """Mirrors and registries come from the machine; addresses in examples lead nowhere."""
    # Written in two parts, or this file would name them.
    forbidden = re.compile(
        r"/ro"
        r"ot/|/wo"
        r"rk/|debian\.or"
        r"g|ubuntu\.co"
        r"m|pyp"
        r"i\.org|pythonhos"
        r"ted"
        r"|npm"
        r"js|git"
        r"hub\.com|(?i:\b(?:op"
        r"enai|anth"
        r"ropic|cla"
        r"ude|chat"
        r"gpt|ll"
        r"m)\b)"
        r"|\bA"
        r"I\b"
    )
    found = [
        f"{path}, line {number}: {line.strip()[:80]}"
        for path in repository_files()
        if path.suffix in TEXT_FILES
        for number, line in enumerate((REPOSITORY / path).read_text("utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


@cache
def repository_files() -> list[Path]:
    """What is, or could be, committed: relative paths."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (REPOSITORY / name).is_file()]
