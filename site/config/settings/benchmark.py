"""Production, beside what `make bench` measures its pages against."""

from .production import *  # noqa: F403
from .production import INSTALLED_APPS, MIDDLEWARE, env

INSTALLED_APPS = [*INSTALLED_APPS, "operate.benchmarks.reference"]
MIDDLEWARE = [*MIDDLEWARE, "operate.benchmarks.reference.forgetting.forget_parts"]
ROOT_URLCONF = "operate.benchmarks.reference.urls"
if env.bool("COUNT_QUERIES", default=False):
    MIDDLEWARE = ["operate.benchmarks.reference.counting.count_queries", *MIDDLEWARE]
