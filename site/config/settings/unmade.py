"""For `begin` and `restore`, which run before there is a site. Serves nothing, signs nothing."""

import secrets

from .base import *  # noqa: F403

DEBUG = False
# Thrown away with the process.
SECRET_KEY = secrets.token_urlsafe(64)
