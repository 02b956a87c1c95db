# SPDX-License-Identifier: Apache-2.0
"""Which folder may know which: declared dependencies, floors, back rooms, cycles, stray files."""

import re
from pathlib import PurePosixPath

from house.tree import Finding, is_test_path, strip_cmake_comments, strip_cpp

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def includes(tree, path):
    """Yields (line, opening character, included path), commented-out lines left out."""
    kept = strip_cpp(tree.text(path)).splitlines()
    for number, line in enumerate(tree.lines(path), 1):
        match = INCLUDE.match(line)
        if match and number <= len(kept) and "#" in kept[number - 1]:
            yield number, match.group(1), match.group(2)


def folder_of(path):
    return "/".join(PurePosixPath(path).parts[1:-1])


def is_ancestor(ancestor, name):
    return name.startswith(ancestor + "/")


def check_declared_dependencies(tree):
    """An include of another module must be of a direct dependency that this module declares."""
    rule = "dependency"
    for path in tree.cpp():
        own = tree.module_of(path)
        if own is None:
            yield Finding(path, 1, rule, "this folder has no clew_module() of its own or above it")
            continue
        declared = set(own.depends)
        if is_test_path(path):
            declared |= set(own.test_depends)
        for line, quote, target in includes(tree, path):
            if quote == '"' and not target.startswith("clew/"):
                yield Finding(path, line, rule, f'include "{target}" by its full path, "clew/..."')
                continue
            if not target.startswith("clew/"):
                continue
            owner = tree.module_of(target)
            if owner is None or target not in tree.files:
                yield Finding(path, line, rule, f'"{target}" is in no module of this tree')
            elif owner.name != own.name and owner.full_name not in declared:
                message = f"{own.full_name} includes {owner.full_name} but does not declare it"
                yield Finding(path, line, rule, message)


def check_floors(tree):
    """DEPENDS names a module on a lower floor or an own ancestor; never sideways or up."""
    for module in tree.modules.values():
        folder = module.cmake_path[len("clew/") : -len("/CMakeLists.txt")]
        if folder != module.name:
            message = f"clew_module({module.name}) stands in the folder clew/{folder}"
            yield Finding(module.cmake_path, module.line, "floor", message)
        if module.floor < 0:
            message = f"{module.name} declares no FLOOR"
            yield Finding(module.cmake_path, module.line, "floor", message)
        for name in module.depends + module.test_depends:
            target = tree.modules.get(name)
            if target is None:
                message = f"{module.name} depends on {name}, which is no module"
            elif is_edge_allowed(module, target, name in module.test_depends):
                continue
            else:
                message = (
                    f"{module.name} (floor {module.floor}) may not depend on "
                    f"{name} (floor {target.floor})"
                )
            yield Finding(module.cmake_path, module.line, "floor", message)


def is_edge_allowed(module, target, for_tests):
    if target.floor < module.floor or is_ancestor(target.name, module.name):
        return True
    if target.name == module.name:
        return True  # a PART of the same folder
    if not for_tests:
        return False
    # An implementation's tests may use its own or an ancestor's testing kit.
    kit_owner = target.name.rsplit("/", 1)[0] if target.name.endswith("/testing") else None
    return kit_owner is not None and (
        kit_owner == module.name or is_ancestor(kit_owner, module.name)
    )


def check_internal(tree):
    """internal/ is the back room: included only from the module that it belongs to."""
    for path in tree.cpp():
        for line, _, target in includes(tree, path):
            folders = PurePosixPath(target).parts[:-1]
            if target.startswith("clew/") and "internal" in folders:
                room = "/".join(folders[: folders.index("internal")]) + "/"
                if not path.startswith(room):
                    message = f"{target} is internal to {room[:-1]}"
                    yield Finding(path, line, "internal", message)


def check_cycles(tree):
    """The folder graph, taken from the includes themselves (tests left out), has no cycle."""
    edges = {}
    witness = {}
    for path in tree.cpp():
        if is_test_path(path):
            continue
        for line, _, target in includes(tree, path):
            if target.startswith("clew/") and folder_of(target) != folder_of(path):
                edges.setdefault(folder_of(path), set()).add(folder_of(target))
                witness.setdefault((folder_of(path), folder_of(target)), (path, line))
    # A module and its own back room are one room.
    for knot in cycles(edges):
        rooms = {re.sub(r"/internal$", "", folder) for folder in knot}
        if len(rooms) > 1:
            path, line = witness[(knot[0], knot[1])]
            yield Finding(path, line, "cycle", "folders include each other: " + " -> ".join(knot))


def cycles(edges):
    """Yields each cycle once, as a closed list of folders, by depth-first search."""
    state = {}
    trail = []

    def visit(node):
        state[node] = "open"
        trail.append(node)
        for following in sorted(edges.get(node, ())):
            if state.get(following) == "open":
                yield trail[trail.index(following) :] + [following]
            elif following not in state:
                yield from visit(following)
        trail.pop()
        state[node] = "closed"

    for start in sorted(edges):
        if start not in state:
            yield from visit(start)


def check_targets(tree):
    """Every C++ file is listed by hand in a CMake file, and every listed file exists."""
    tokens = {}
    for path in tree.files:
        if path.rsplit("/", 1)[-1] == "CMakeLists.txt":
            folder = path[: -len("CMakeLists.txt")]
            words = re.findall(r"[\w./+-]+", strip_cmake_comments(tree.text(path)))
            tokens[folder] = set(words)
    scripts = " ".join(tree.text(path) for path in tree.with_suffix(".cmake", under="cmake/"))
    named_by_scripts = set(re.findall(r"[\w.]+", strip_cmake_comments(scripts)))
    for path in tree.with_suffix(".cc", ".h"):
        if not path.startswith(("clew/", "test/", "bench/")):
            continue
        if path.rsplit("/", 1)[-1] in named_by_scripts:
            continue
        if not any(path.startswith(at) and path[len(at) :] in tokens[at] for at in tokens):
            message = "this file is in no target: list it in its folder's CMakeLists.txt"
            yield Finding(path, 1, "target", message)
    for module in tree.modules.values():
        folder = module.cmake_path[: -len("CMakeLists.txt")]
        for name in module.words("HEADERS", "SOURCES", "TESTS", "BENCHES"):
            if name.endswith((".h", ".cc")) and folder + name not in tree.files:
                message = f"{module.name} lists {name}, which does not exist"
                yield Finding(module.cmake_path, module.line, "target", message)


RULES = [
    check_declared_dependencies,
    check_floors,
    check_internal,
    check_cycles,
    check_targets,
]
