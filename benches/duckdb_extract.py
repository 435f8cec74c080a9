#!/usr/bin/env python3
"""What DuckDB needs merely to take 14 fields out of each record, one row an id, to Parquet (zstd).

    benches/duckdb_extract.py INPUT.csv OUT.parquet [threads]
"""

import sys
import time

import duckdb

FIELDS = [
    "Id", "CreationTime", "Operation", "Workload", "UserId", "UserKey", "UserType", "ClientIP",
    "ObjectId", "ResultStatus", "OrganizationId", "RecordType", "ClientInfoString", "MailboxOwnerUPN",
]


def main():
    source, out = sys.argv[1], sys.argv[2]
    threads = sys.argv[3] if len(sys.argv) > 3 else "2"
    paths = ", ".join(f"'$.{it}'" for it in FIELDS)
    columns = ", ".join(
        f"CAST(f[{at}] AS INTEGER) AS {it}" if it == "RecordType" else f"f[{at}] AS {it}"
        for at, it in enumerate(FIELDS, 1)
    )
    start = time.monotonic()
    db = duckdb.connect()
    db.execute(f"SET threads = {threads}")
    db.execute(
        f"COPY (SELECT DISTINCT ON (Id) {columns} FROM ("
        f" SELECT json_extract_string(AuditData, [{paths}]) AS f FROM read_csv('{source}',"
        f" all_varchar = true, header = true, quote = '\"', escape = '\"', delim = ',', max_line_size = 16777216)"
        f" WHERE AuditData <> '')) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
    )
    rows = db.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchone()[0]
    print(f"DuckDB {duckdb.__version__}: {rows:,} rows, {time.monotonic() - start:.2f} s")


if __name__ == "__main__":
    main()
