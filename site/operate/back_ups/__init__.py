"""Back-ups of the whole site in one file, and the way back.

A back-up is a tar file, compressed by gzip, with these members in this order:

- `manifest.json`: what it is of (operate.back_ups.manifest);
- `secrets.json`: what signs links, with its fall-backs;
- `database.sqlite3`, or `database.sql` of PostgreSQL, at one moment;
- `media/…` and `submissions/…`: what was uploaded, at that moment, from a bucket too where that
  keeps it, unless BACK_UP_MEDIA is off;
- `SHA256SUMS`: the digest of each member before it, as `sha256sum -c` reads it. A file without it
  is no whole back-up.

Left out is what the site makes anew (index, stored pages, static files), what is on its way (half
uploads), and sessions: those that have been ended since would live again.
"""


class BackUpFault(Exception):
    """Why there is no back-up, or none was restored, in a sentence."""
