"""What is large and seldom needed is loaded when it is."""

from tests.config.test_production import STRONG, run

SELDOM = {"debug_toolbar", "dns", "fontTools", "fpdf", "openpyxl", "pypdf", "xlsxwriter"}
SELDOM |= {"boto3", "botocore", "cryptography", "storages"}
"""What draws certificates alone is an eighth of all that the site would load."""

LOADED = """
import sys
import config.wsgi
from django.urls import reverse
reverse("wagtailadmin_home")
print(*sys.modules)
"""


def test_starting_loads_nothing_that_is_seldom_needed(tmp_path):
    done = run(tmp_path, "-c", LOADED, SECRET_KEY=STRONG)
    assert done.returncode == 0, done.stderr
    assert not SELDOM & set(done.stdout.split())
