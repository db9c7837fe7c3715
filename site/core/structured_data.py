"""What search engines are told of a page, as JSON-LD (schema.org)."""

import json

from django.utils.safestring import SafeString, mark_safe

ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script element, begin a comment in it, or a line in older readers."""


def as_script(data: dict | None) -> SafeString:
    """Return a script element holding data and running nothing; blank for no data."""
    if data is None:
        return mark_safe("")
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
