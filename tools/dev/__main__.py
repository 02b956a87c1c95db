# SPDX-License-Identifier: Apache-2.0
"""The command line of ./dev; its help text is in the script of that name."""

import argparse
import sys

from dev import bench, build, lint, node, packages, reference, suites, up, venv, wheels
from dev.shell import Failure, run


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev", usage="./dev COMMAND ...  (./dev help lists the commands)", add_help=False
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up_options = commands.add_parser("up")
    up_options.add_argument("--detach", action="store_true")
    up_options.add_argument("--bind", metavar="ADDRESS", default="127.0.0.1")
    up_options.add_argument("--port", metavar="N", type=int, default=9411)
    commands.add_parser("down")
    test_options = commands.add_parser("test")
    test_options.add_argument("--long", action="store_true")
    test_options.add_argument("filters", nargs="*", metavar="FILTER")
    commands.add_parser("build").add_argument("preset", nargs="?", default="dev")
    commands.add_parser("wheel")
    commands.add_parser("format")
    commands.add_parser("tidy").add_argument("--all", action="store_true")
    commands.add_parser("bench")
    commands.add_parser("docs")
    commands.add_parser("ui").add_argument("arguments", nargs=argparse.REMAINDER)
    commands.add_parser("python").add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(arguments)


def build_command(preset):
    extra = {"release": [], "bench": ["bench"]}.get(preset, ["test"])
    packages.install_missing("up", *extra)
    build.build(preset)
    return 0


def docs_command():
    build_command("dev")
    reference.write()
    reference.write_python(venv.test_python())
    return 0


def ui_command(arguments):
    packages.install_missing("up")
    node.run_script(*([arguments[0], arguments[1:]] if arguments else ["dev"]))
    return 0


def python_command(arguments):
    packages.install_missing("up")
    return run([venv.demo_python(), *arguments]).returncode


def test_command(filters, is_long):
    return suites.test_long(filters) if is_long else suites.test(filters)


def dispatch(options):
    """Runs the command; its exit status."""
    commands = {
        "up": lambda: up.up(options.bind, options.port, options.detach),
        "down": up.down,
        "test": lambda: test_command(options.filters, options.long),
        "build": lambda: build_command(options.preset),
        "wheel": wheels.wheel,
        "format": lint.format_files,
        "tidy": lambda: lint.tidy(options.all),
        "bench": bench.bench,
        "docs": docs_command,
        "ui": lambda: ui_command(options.arguments),
        "python": lambda: python_command(options.arguments),
    }
    return commands[options.command]()


def main(arguments):
    try:
        return dispatch(parse(arguments)) or 0
    except Failure as failure:
        print(f"dev: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dev: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
