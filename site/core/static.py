"""Static files as they are served: one joined style sheet, hashed, compressed, immutable."""

import posixpath
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE_SHEET = "css/site.css"
IMPORT = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']\)?\s*;""")
ADDRESS = re.compile(r"""url\(\s*["']?(?!data:|https?:|/|#)([^"')]+)["']?\s*\)""")


def join_imports(name: str, read: Callable[[str], str], base: str | None = None) -> str:
    """Return the style sheet `name` with its imports in place and their addresses moved along.

    An imported sheet is a request of its own, found only once the first has arrived.
    `read` answers a sheet's text by its name; addresses come out relative to `base`.
    Raises ImproperlyConfigured for a sheet that is not there, or an import with a condition.
    """
    base = posixpath.dirname(name) if base is None else base
    folder = posixpath.dirname(name)

    def moved(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match[1]))
        return f'url("{posixpath.relpath(target, base)}")'

    def imported(address: str) -> str:
        return join_imports(posixpath.normpath(posixpath.join(folder, address)), read, base)

    try:
        text = read(name)
    except (KeyError, FileNotFoundError) as error:
        raise ImproperlyConfigured(f"The style sheet {name} is imported and missing.") from error
    own, imports = IMPORT.split(text)[::2], IMPORT.split(text)[1::2]
    if any("@import" in piece for piece in own):
        raise ImproperlyConfigured(f'{name}: write imports as @import "name.css"; and no more.')
    joined = [ADDRESS.sub(moved, piece) for piece in own]
    for place, address in enumerate(imports):
        joined[place] += imported(address)
    return "".join(joined)


class SiteStaticStorage(CompressedManifestStaticFilesStorage):
    """Joins `css/site.css` before it is hashed; later calls of collectstatic find it whole."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    def post_process(self, paths: dict, dry_run: bool = False, **options):
        self._addresses.clear()
        if STYLE_SHEET in paths and not dry_run:
            joined = join_imports(STYLE_SHEET, self._source(paths))
            self.delete(STYLE_SHEET)
            self._save(STYLE_SHEET, ContentFile(joined.encode()))
            # Hashing reads each file from where it was found; the joined one lies here.
            paths[STYLE_SHEET] = (self, STYLE_SHEET)
        yield from super().post_process(paths, dry_run, **options)

    def url(self, name: str | None, force: bool = False) -> str:
        """Told once for each name: the files of a site that runs stay as they are."""
        if settings.DEBUG or force:
            return super().url(name, force)
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]

    def _source(self, paths: dict) -> Callable[[str], str]:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return file.read().decode()

        return read
