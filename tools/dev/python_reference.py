# SPDX-License-Identifier: Apache-2.0
"""The generated part of docs/reference/python.md: what the installed package says of itself.

usage: python_reference.py            prints it, by an interpreter that has `clew`

`./dev docs` writes the page; python/tests/test_reference.py holds it against the package.
"""

import inspect
import re
import sys

# Of each section the objects by their full names, in the order of reading.
SECTIONS = {
    "Turning tracing on": ["clew.enable", "clew.disable", "clew.tracer", "clew.flush"],
    "Spans": ["clew.span", "clew.traced", "clew.detached", "clew.current"],
    "Servers": ["clew.wsgi", "clew.asgi"],
    "Over borders that no hook knows": ["clew.inject", "clew.extract"],
    "Baggage": ["clew.baggage", "clew.baggage.get", "clew.baggage.items", "clew.baggage.put"],
    "Eventlet": [
        "clew.eventlet.patcher.enable_trace_patch",
        "clew.eventlet.patcher.disable_trace_patch",
        "clew.eventlet.patcher.active_tracer",
        "clew.eventlet.api.put_annotation",
        "clew.eventlet.api.put_key_value",
    ],
    "What went wrong": ["clew.faults", "clew.faults.counts"],
    "Span": ["clew.Span"],
    "Tracer": ["clew.Tracer"],
}
ROW = re.compile(r"^(\w[\w, ]*?) {2,}(\S.*)$")


def find(name):
    """The object of a full name, its module imported."""
    words = name.split(".")
    found = __import__(words[0])
    for index, word in enumerate(words[1:], 2):
        if not hasattr(found, word):
            __import__(".".join(words[:index]))
        found = getattr(found, word)
    return found


def blocks(text):
    """A docstring's paragraphs, with the kind of each: words, rows, code."""
    for block in inspect.cleandoc(text).split("\n\n"):
        lines = block.splitlines()
        if all(line.startswith("    ") for line in lines):
            yield "code", [line[4:] for line in lines]
        elif ROW.match(lines[0]) and all(ROW.match(line) or line[:1] == " " for line in lines):
            yield "rows", lines
        else:
            words = [line for line in lines if not line.startswith("    ")]
            code = [line[4:] for line in lines if line.startswith("    ")]
            yield "words", words
            if code:
                yield "code", code


def rows(lines):
    """{name: text} of a table in a docstring, where a text may go on below itself."""
    found = {}
    name = ""
    for line in lines:
        row = ROW.match(line)
        if row is not None:
            name = row[1]
            found[name] = row[2]
        else:
            found[name] += " " + line.strip()
    return found


def prose(text):
    """A docstring as Markdown."""
    parts = []
    for kind, lines in blocks(text):
        if kind == "code":
            parts.append("\n".join(["```python", *lines, "```"]))
        elif kind == "rows":
            table = [f"| `{name}` | {escaped(words)} |" for name, words in rows(lines).items()]
            parts.append("\n".join(["| | |", "|---|---|", *table]))
        else:
            parts.append("\n".join(escaped(line) for line in lines))
    return "\n\n".join(parts)


def escaped(text):
    return text.replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")


def signature(found):
    """As a caller reads it, without the types, which an editor shows."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except ValueError:
        return "(...)"
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
    return str(inspect.Signature(bare)).replace("(self, /", "(").replace("(, ", "(")


def entry(name, level=3):
    found = find(name)
    title = f"{'#' * level} `{name}{signature(found) if inspect.isroutine(found) else ''}`"
    if inspect.ismodule(found):
        return prose(found.__doc__)  # the section's own words
    return f"{title}\n\n{prose(found.__doc__)}"


def members(name):
    """A compiled type: its own words, its properties as a table, its methods one by one."""
    found = find(name)
    properties = [
        f"| `{key}` | {escaped(value.__doc__)} |"
        for key, value in vars(found).items()
        if inspect.isgetsetdescriptor(value)
    ]
    yield prose(found.__doc__)
    if properties:
        yield "\n".join(["| Property | |", "|---|---|", *properties])
    for key, value in vars(found).items():
        if inspect.isroutine(value) and not key.startswith("_"):
            yield entry(f"{name}.{key}")


def hook_table():
    hooks = find("clew.hooks")
    lines = ["| Hook | Changes | By default |", "|---|---|---|"]
    for name, changed in hooks.HOOKS.items():
        modules = ", ".join(f"`{module}`" for module in changed)
        lines.append(f"| `{name}` | {modules} | {'yes' if name in hooks.DEFAULT else 'no'} |")
    return "\n".join(lines)


def generated():
    parts = []
    for title, names in SECTIONS.items():
        parts.append(f"## {title}")
        for name in names:
            parts += members(name) if inspect.isclass(find(name)) else [entry(name)]
        if title == "Turning tracing on":
            parts += ["### Hooks", prose(find("clew.hooks").__doc__), hook_table()]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(generated())
