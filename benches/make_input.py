#!/usr/bin/env python3
"""Makes the input of the speed measurements out of a public audit log.

The log (9,611 rows as a Splunk search exports them) is written COPIES times, each time with ids of
its own, in the ten columns of Search-UnifiedAuditLog: 100 copies are 961,100 rows, 1.6 GB.

    benches/make_input.py [--log FILE] [--out target/bench] [--copies 100] [--only csv,jsonl,gz,portal,small]

Standard library only.
"""

import argparse
import csv
import gzip
import io
import json
import pathlib
import sys

COLUMNS = [
    "RecordType", "CreationDate", "UserIds", "Operations", "AuditData",
    "ResultIndex", "ResultCount", "Identity", "IsValid", "ObjectState",
]
PORTAL = [
    "RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData",
    "AssociatedAdminUnits", "AssociatedAdminUnitsNames",
]
VARIANTS = ["csv", "jsonl", "gz", "portal", "small"]


def line(cells):
    """One CSV row, every cell quoted, as Export-Csv writes it."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def portal(row):
    try:
        number = json.loads(row["AuditData"])["RecordType"]
    except ValueError:
        number = row["RecordType"]
    return line([
        row["Identity"], row["CreationDate"], number, row["Operations"], row["UserIds"],
        row["AuditData"], "", "",
    ])


def cmdlet(row):
    return line([row[it] for it in COLUMNS])


def bare(row):
    return row["AuditData"] + "\n" if row["AuditData"] else ""


def copies(rows, write, numbers, header):
    """The text of each copy: ids differ in their first eight figures."""
    parts = []
    for row in rows:
        text, own = write(row), row["Identity"]
        # A row the collector cut has no id.
        parts.append((text.split(own), int(own[:8], 16), own[8:]) if own else ([text], 0, ""))
    yield header
    for number in numbers:
        yield "".join(
            pieces[0] if len(pieces) == 1 else f"{head ^ number:08x}{tail}".join(pieces)
            for pieces, head, tail in parts
        )


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--log", default=here / "../shared/corpus/ual-invictus/auditrecords.csv.gz")
    ask.add_argument("--out", default=here / "target/bench", type=pathlib.Path)
    ask.add_argument("--copies", default=100, type=int)
    ask.add_argument("--only", default=",".join(VARIANTS))
    given = ask.parse_args()
    only = set(given.only.split(","))
    if only - set(VARIANTS):
        sys.exit(f"--only: expected some of {','.join(VARIANTS)}")
    csv.field_size_limit(1 << 30)
    with gzip.open(given.log, "rt", encoding="utf-8", newline="") as log:
        rows = list(csv.DictReader(log))
    numbers = range(1, given.copies + 1)
    top = line(COLUMNS)
    jobs = {
        "csv": ("csv/audit.csv", open, cmdlet, numbers, top),
        "gz": ("gz/audit.csv.gz", lambda *it, **kw: gzip.open(*it, compresslevel=6, **kw), cmdlet, numbers, top),
        "jsonl": ("jsonl/audit.jsonl", open, bare, numbers, ""),
        "portal": ("portal/audit.csv", open, portal, numbers, line(PORTAL)),
        "small": ("small/audit.csv", open, cmdlet, [given.copies + 1], top),
    }
    for name, (path, opener, write, wanted, header) in jobs.items():
        if name not in only:
            continue
        path = given.out / path
        path.parent.mkdir(parents=True, exist_ok=True)
        with opener(path, "wt", encoding="utf-8", newline="") as out:
            for text in copies(rows, write, wanted, header):
                out.write(text)
        # A row the collector cut has no record to stand on a line of its own.
        there = sum(1 for row in rows if name != "jsonl" or row["AuditData"])
        print(f"{path}: {path.stat().st_size:,} bytes, {there * len(wanted):,} rows")


if __name__ == "__main__":
    main()
