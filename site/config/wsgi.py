"""The WSGI entry of the site, for granian, gunicorn or any other server."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from core.page_cache.stores import current_store  # noqa: E402 - needs the apps
from search.engines import current_engine  # noqa: E402

# Its libraries take a while to load: not while the first reader waits.
current_engine()
# Another release may show the same otherwise, and a killed process may owe a purge.
current_store().purge()
