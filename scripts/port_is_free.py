"""Fail with a sentence where something listens on the port of this machine already."""

import socket
import sys

port = int(sys.argv[1])
with socket.socket() as probe:
    probe.settimeout(1)
    if probe.connect_ex(("127.0.0.1", port)) == 0:
        sys.exit(f"Port {port} is taken by another program. Choose another: PORT={port + 1}")
