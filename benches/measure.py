#!/usr/bin/env python3
"""Measures `konseki investigate` beside DuckDB, in one run and on the same files.

    benches/make_input.py && cargo build --release && benches/measure.py [--rounds 3] [--only csv,gz,…]

Each round runs all measurements once, in turn; the least wall time of each counts, for whatever else
the machine does only ever adds to it. Standard library, and DuckDB from PyPI for the peer.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MEASURES = ["duckdb", "csv", "one_thread", "jsonl", "gz", "portal", "again"]


class Run:
    """What one process took: seconds of wall and of processor, peak memory, and what it said."""

    def __init__(self, command, cores=None):
        import time
        prefix = ["taskset", "-c", cores] if cores else []
        with tempfile.TemporaryFile() as said:
            start = time.monotonic()
            process = subprocess.Popen(prefix + command, stdout=subprocess.DEVNULL, stderr=said)
            _, status, used = os.wait4(process.pid, 0)
            self.wall = time.monotonic() - start
            said.seek(0)
            self.said = said.read().decode()
        if status:
            sys.exit(f"{command}: {self.said}")
        self.cpu = used.ru_utime + used.ru_stime
        self.memory = used.ru_maxrss / 1024
        found = re.findall(r"konseki: (\w+): ([0-9.]+) s", self.said)
        self.stages = {name: float(seconds) for name, seconds in found}


def investigate(program, evidence, out, cores=None, keep=False):
    if not keep:
        shutil.rmtree(out, ignore_errors=True)
    return Run([program, "investigate", *map(str, evidence), "--out", str(out), "-v"], cores)


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--program", default=str(HERE.parent / "target/release/konseki"))
    ask.add_argument("--input", default=HERE.parent / "target/bench", type=pathlib.Path)
    ask.add_argument("--rounds", default=3, type=int)
    ask.add_argument("--only", default=",".join(MEASURES))
    given = ask.parse_args()
    only = given.only.split(",")
    best = {}

    def take(name, run):
        print(f"  {name}: {run.wall:.2f} s, {run.cpu:.2f} s of processor, {run.memory:.0f} MB", flush=True)
        if name not in best or run.wall < best[name].wall:
            best[name] = run

    with tempfile.TemporaryDirectory(dir=given.input) as folder:
        out = pathlib.Path(folder)
        for number in range(given.rounds):
            print(f"round {number + 1}", flush=True)
            if "duckdb" in only:
                peer = [sys.executable, str(HERE / "duckdb_extract.py"), str(given.input / "csv/audit.csv")]
                take("duckdb", Run([*peer, str(out / "peer.parquet"), "2"]))
            for name in ["csv", "jsonl", "gz", "portal"]:
                if name in only:
                    take(name, investigate(given.program, [given.input / name], out / name))
            if "one_thread" in only:
                take("one_thread", investigate(given.program, [given.input / "csv"], out / "one", "0"))
            if "again" in only:
                evidence = [given.input / "csv", given.input / "small"]
                if not (out / "csv").exists():
                    investigate(given.program, evidence[:1], out / "csv")
                take("again", investigate(given.program, evidence, out / "csv", keep=True))

    print("\n| run | wall | processor | peak memory | stages |\n|---|---|---|---|---|")
    for name, run in best.items():
        stages = " · ".join(f"{stage} {seconds:.1f}" for stage, seconds in run.stages.items() if seconds >= 0.05)
        print(f"| {name} | {run.wall:.2f} s | {run.cpu:.2f} s | {run.memory:.0f} MB | {stages} |")
    for name, run in best.items():
        for other in ["duckdb", "csv"]:
            if name != other and other in best:
                print(f"{name} / {other}: {run.wall / best[other].wall:.2f}")


if __name__ == "__main__":
    main()
