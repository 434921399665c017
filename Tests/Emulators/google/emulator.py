#!/usr/bin/env python3
"""Prints the port it listens on, and runs until it is stopped, or until its standard input ends with --until-eof."""

import argparse
import signal
import sys
import threading

from psc_emulator.server import make_server


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input: no orphan outlives a test")
    options = parser.parse_args()
    server, address = make_server(options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(address.rsplit(":", 1)[1], flush=True)
    if options.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
