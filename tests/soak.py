"""Whether tests of endurance run in full, for minutes rather than seconds: `make soak`."""

import os

SOAK = os.environ.get("SOAK") == "1"
