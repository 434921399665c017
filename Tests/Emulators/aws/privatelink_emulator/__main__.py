"""Runs the emulator: `python -m privatelink_emulator --port 0` prints the port that it was given."""

import argparse
import logging
import os
import signal
import sys
import threading

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_INSTANCE_TYPES", "false")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from . import control, tls
from .gateway import Gateway
from .install import install


class QuietHandler(MotoRequestHandler):
    def log_request(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(prog="privatelink_emulator")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    parser.add_argument("--tls", metavar="FILE", help="speak TLS, and write the authority's certificate to FILE")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    install()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1",
        arguments.port,
        Gateway(app),
        threaded=True,
        request_handler=QuietHandler,
        ssl_context=tls.context(arguments.tls) if arguments.tls else None,
    )
    control.ADDRESS["url"] = f"http{'s' if arguments.tls else ''}://127.0.0.1:{server.server_port}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if arguments.with_parent:
        threading.Thread(target=end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
