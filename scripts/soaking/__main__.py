"""Works the release build while it is killed, its clouds fail and its clock jumps; then checks all of it."""

import argparse
import os
import pathlib
import shutil
import tempfile
import threading
import time

from checker import Checker
from client import Broken
from desk import Desk
from ledger import Ledger
from log import Log
from quiet import settle
from server import Server
from weather import Hand, Inbox, Killer, Weather
from world import World

DESKS = 6
PER_SECOND = 16
SHOWN = 20
# Less than this in a minute is no soak: half of what two cores do while they are busy with something else.
CHANGES_A_MINUTE, KILLS_A_MINUTE = 1000, 3


def main():
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("seed", type=int)
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path,
                        help="work in this new folder and leave it there (a run that fails leaves its own in any case)")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True)
    work = (options.keep or pathlib.Path(tempfile.mkdtemp(prefix="soak-"))).resolve()
    server = Server(work)
    server.launch()
    try:
        server.wait_until_ready()
        holds = soak(World(server, Ledger(work / "acknowledged.jsonl"), options.seed), options.minutes)
        code = server.stop()
        if code != 0:
            print(f"The server's exit code is {code}")
    finally:
        if server.process.poll() is None:
            server.kill()
    if holds and code == 0 and not options.keep:
        shutil.rmtree(work)
    else:
        print(f"The data, the server's log and what was acknowledged: {work}")
    raise SystemExit(0 if holds and code == 0 else 1)


def soak(world, minutes):
    if not world.server.clock.can_jump:
        print("The server's clock does not jump: there is no C compiler to make what moves it", flush=True)
    begun = time.monotonic()
    log = Log(world.client("checker", world.admin.token))
    reading = threading.Lock()

    def look_at_log(restarts):
        # After some restarts what was read before has to be there still, and to link up with what is new.
        if restarts % 3 == 0 and reading.acquire(blocking=False):
            try:
                log.read_on()
            finally:
                reading.release()

    desks = [Desk(world, number, PER_SECOND) for number in range(DESKS)]
    actors = [*desks, Inbox(world), Hand(world), Weather(world), Killer(world, look_at_log)]
    for actor in actors:
        actor.start()
    next_word = begun + 60
    while not world.is_over.wait(0.5) and time.monotonic() - begun < minutes * 60:
        if time.monotonic() > next_word:
            next_word += 60
            print(f"{time.monotonic() - begun:4.0f} s: {len(world.ledger.entries)} acknowledged changes, "
                  f"{world.ledger.counts['kills']} kills", flush=True)
    world.is_over.set()
    for actor in actors:
        actor.join(240)
        if actor.is_alive():
            world.fail(f"{actor.name} does not stop")
    worked = time.monotonic() - begun
    world.server.wait_until_ready()
    acknowledged = len(world.ledger.entries)
    print(f"{worked:4.0f} s: all hands are off; waiting for rest", flush=True)
    checker = Checker(world, log)
    try:
        restless = settle(world)
        checker.run()
    except Broken as fault:
        restless = []
        world.faults.append(f"the check: {fault}")
    for found in restless:
        checker.mismatches.append(
            f"{found['id']} does not come to rest: {found['phase']}, {found.get('last_error')}")
    checker.mismatches += log.mismatches + log.replay.mismatches
    world.faults += world.server.complaints()
    for what, count, least in (("acknowledged changes", acknowledged, CHANGES_A_MINUTE),
                               ("kills", world.ledger.counts["kills"], KILLS_A_MINUTE)):
        if count < least * minutes:
            world.faults.append(f"only {count} {what}: at least {least} a minute make a soak")
    return show(world, log, checker, acknowledged, worked)


def show(world, log, checker, acknowledged, worked):
    counts = world.ledger.counts
    print(f"\nSeed {world.seed}, {worked:.0f} s of work on {os.cpu_count()} cores, "
          f"{time.process_time():.0f} s of them this driver's\n")

    def line(what, number):
        print(f"  {what:<42} {number:>9,}")

    line("acknowledged changes", acknowledged)
    for name in ("kills", "clock jumps", "answers lost", "answers replayed"):
        line(name, counts[name])
    line("faults of the clouds", sum(number for name, number in counts.items() if name.startswith("fault: ")))
    line("done by hand in the clouds", sum(number for name, number in counts.items() if name.startswith("by hand: ")))
    for name in sorted(counts):
        if ": " in name:
            line("  " + name, counts[name])
    line("events, each linked to the one before", log.sequence)
    for kind in ("endpoint.created", "endpoint.drift_seen", "endpoint_request.expired", "endpoint_request.discovered",
                 "service.withdrawn"):
        line("  " + kind, log.replay.kinds[kind])
    for name in ("requests", "endpoints", "services"):
        line(f"{name} at the end", len(getattr(checker, name, ())))
    line("endpoints that stand at the end", len(checker.inventory["endpoints"]) if hasattr(checker, "inventory") else 0)
    print()
    findings = [("lost", checker.lost), ("doubled", checker.doubled), ("orphans", checker.orphans),
                ("mismatches", checker.mismatches), ("faults of the run", world.faults)]
    for name, found in findings:
        line(name, len(found))
    for name, found in findings:
        for text in found[:SHOWN]:
            print(f"  {name}: {text}")
    holds = not any(found for _, found in findings)
    print(f"\n{'All is well.' if holds else 'NOT ALL IS WELL.'}", flush=True)
    return holds


main()
