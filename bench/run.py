#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The numbers of docs/benchmarks.md: nanoseconds and instructions, each beside a floor or a peer
measured in the same run.

    bench/run.py --build FOLDER [--python PYTHON] [--only NAME] [--json FILE]

Times are medians of several repetitions, the two of a pair interleaved by Google Benchmark; on a
shared machine trust the ratios. Instructions are exact: callgrind counts two runs that differ only
in the number of iterations, and both of a pair run the same kernels there.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from pairs import PAIRS  # noqa: E402

REPETITIONS = 9
CALLGRIND_ITERATIONS = (20, 120)


def environment(**extra):
    return {**os.environ, **{name: str(value) for name, value in extra.items()}}


def times(binary, names):
    """Median CPU nanoseconds of one iteration, by benchmark; and the label each one prints."""
    output = subprocess.run(
        [
            binary,
            f"--benchmark_filter=^({'|'.join(names)})$",
            f"--benchmark_repetitions={REPETITIONS}",
            "--benchmark_min_time=0.05",
            "--benchmark_enable_random_interleaving=true",
            "--benchmark_format=json",
        ],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=300,
    ).stdout
    rows = [
        row for row in json.loads(output)["benchmarks"] if row.get("aggregate_name") == "median"
    ]
    return (
        {row["run_name"]: row["cpu_time"] for row in rows},
        {row["run_name"]: row.get("label", "") for row in rows},
    )


def instructions(binary, name):
    """Exact user instructions of one iteration, and the label printed under callgrind."""
    totals, label = [], ""
    for iterations in CALLGRIND_ITERATIONS:
        with tempfile.TemporaryDirectory() as folder:
            profile = pathlib.Path(folder) / "callgrind.out"
            ran = subprocess.run(
                [
                    "valgrind",
                    "--tool=callgrind",
                    f"--callgrind-out-file={profile}",
                    binary,
                    f"--benchmark_filter=^{name}(/iterations:.*)?$",
                    "--benchmark_format=json",
                ],
                check=True,
                env=environment(CLEW_BENCH_ITERATIONS=iterations),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=300,
            )
            totals.append(total_of(profile))
            label = json.loads(ran.stdout)["benchmarks"][0].get("label", "")
    return (totals[1] - totals[0]) / (CALLGRIND_ITERATIONS[1] - CALLGRIND_ITERATIONS[0]), label


def total_of(profile):
    for line in profile.read_text().splitlines():
        if line.startswith(("totals:", "summary:")):
            return int(line.split()[1])
    raise SystemExit(f"{profile}: callgrind wrote no total")


def run_pair(pair, folder):
    binary = folder / "bin" / pair.binary
    if not binary.exists():
        raise SystemExit(f"{binary} is not there: build the preset bench first")
    names = [pair.product, pair.floor]
    measured, labels = times(binary, names)
    counted = {name: instructions(binary, name) for name in names}
    return {
        "what": pair.what,
        "kernel": labels.get(pair.product, ""),
        "instruction_kernel": counted[pair.product][1],
        "per": pair.per,
        "ns": measured[pair.product] / pair.items,
        "floor_ns": measured[pair.floor] / pair.items,
        "ratio": measured[pair.product] / measured[pair.floor],
        "instructions": counted[pair.product][0] / pair.items,
        "floor_instructions": counted[pair.floor][0] / pair.items,
        "instruction_ratio": counted[pair.product][0] / counted[pair.floor][0],
        "floor": pair.floor_words,
        "goal": pair.goal,
    }


def show(rows):
    print("| what | ns | floor ns | ratio | instructions | floor | ratio | goal |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row['what']} ({row['per']}) | {row['ns']:.1f} | {row['floor_ns']:.1f}"
            f" | **{row['ratio']:.2f}** | {row['instructions']:.0f}"
            f" | {row['floor_instructions']:.0f} | **{row['instruction_ratio']:.2f}**"
            f" | ≤ {row['goal']} |"
        )
    for row in rows:
        kernels = ""
        if row["kernel"]:
            kernels = (
                f" Timed on the kernel {row['kernel']}, counted on {row['instruction_kernel']}."
            )
        print(f"\n{row['what']}: the floor is {row['floor']}.{kernels}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--build", type=pathlib.Path, required=True, help="folder of the preset bench"
    )
    parser.add_argument("--python", help="interpreter that has `clew` installed")
    parser.add_argument("--only", help="one pair, or `http` or `python`")
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers here")
    arguments = parser.parse_args()
    chosen = [pair for pair in PAIRS if arguments.only in (None, pair.name)]
    rows = [run_pair(pair, arguments.build.resolve()) for pair in chosen]
    if rows:
        show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    here = pathlib.Path(__file__).resolve().parent
    if arguments.only in (None, "http"):
        print("\nHTTP, CPU of the server per request:\n", flush=True)
        script = [sys.executable, here / "http_cost.py", "--build", arguments.build.resolve()]
        subprocess.run(script, check=True, timeout=600)
    if arguments.python and arguments.only in (None, "python"):
        for program in ("run.py", "peers.py", "sending.py"):
            print(f"\nPython, {program}:\n", flush=True)
            script = [arguments.python, here.parent / "python/bench" / program]
            subprocess.run(script, check=True, timeout=900)


if __name__ == "__main__":
    main()
