"""Measures what Postern promises of its speed, and says whether it holds."""

import argparse
import json
import os
import pathlib
import shutil
import tempfile

import filings
import sizes

LEAST_GAIN = 2.0
HIGHEST_COST = 1.3


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write the results there too")
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten: a look, no proof")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=".build"))
    try:
        results = {
            "cores": os.cpu_count(),
            "quick": options.quick,
            "group_commit": filings.measure(work, *((2, 1) if options.quick else (5, 7))),
            "sizes": sizes.measure(work, *(([1_000, 20_000], 1, 1) if options.quick
                                           else ([1_000, 100_000, 1_000_000], 3, 5))),
        }
    finally:
        shutil.rmtree(work)
    held = show(results["group_commit"], results["sizes"])
    if options.json:
        options.json.write_text(json.dumps({**results, "held": held}, indent=2) + "\n")
    raise SystemExit(0 if held or options.quick else 1)


def show(commit, reads):
    print(f"\n{commit['clients']} clients file at once, {commit['seconds']} s a run\n")
    print(f"{'pair':>6} {'group commit':>14} {'without':>12} {'ratio':>8}   p99 with, without")
    for number, pair in enumerate(commit["pairs"], 1):
        on, off = pair["on"], pair["off"]
        print(f"{number:>6} {on['per_second']:>12.0f}/s {off['per_second']:>10.0f}/s {pair['ratio']:>8.2f}   "
              f"{on['p99_ms']:.1f} ms, {off['p99_ms']:.1f} ms")
    gained = commit["ratio"] >= LEAST_GAIN
    print(f"median ratio {commit['ratio']:.2f}, at least {LEAST_GAIN} wanted: {verdict(gained)}")
    durable = True
    for name, syncs in commit["syncs"].items():
        if syncs is None or not syncs["syncs"]:
            print(f"group commit {name}: syncs could not be counted")
            continue
        # One writer alone has to sync for every create; a group of all clients for one create in as many.
        durable = durable and syncs["creates_per_sync"] <= (commit["clients"] if name == "on" else 1)
        print(f"group commit {name}: {syncs['creates']} creates in {syncs['syncs']} syncs of the file, "
              f"{syncs['creates_per_sync']:.2f} each")
    print(f"every create was synced before its answer: {verdict(durable)}")

    print(f"\nReads by {reads['clients']} clients, {reads['seconds']} s a run; cost is against the smallest\n")
    print(f"{'':<26} {'requests':>10} {'a second':>10} {'p50':>9} {'p99':>9} {'cost':>6}")
    flat = True
    for name, rows in reads["reads"].items():
        for row in rows:
            flat = flat and row["cost"] <= HIGHEST_COST
            print(f"{name:<26} {row['requests']:>10,} {row['per_second']:>10.0f} {row['p50_ms']:>6.2f} ms "
                  f"{row['p99_ms']:>6.2f} ms {row['cost']:>6.2f}")
            name = ""
    print(f"no cost above {HIGHEST_COST}: {verdict(flat)}\n")
    return gained and durable and flat


def verdict(holds):
    return "holds" if holds else "DOES NOT HOLD"


main()
