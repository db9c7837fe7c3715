"""What search engines are told of a guide: schema.org LearningResource."""

from wagtail.models import Site

from guides.models import GuidePage


def resource_data(guide: GuidePage, site: Site) -> dict | None:
    """Return a guide of a site as JSON-LD; None for one that has no address yet."""
    address = guide.full_url
    if not address or guide.first_published_at is None:
        return None
    data = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": guide.title,
        "description": guide.summary,
        "url": address,
        "learningResourceType": str(guide.get_type_display()),
        "datePublished": guide.first_published_at.isoformat(),
        "publisher": {"@type": "Organization", "name": site.site_name or site.hostname},
    }
    if guide.last_published_at:
        data["dateModified"] = guide.last_published_at.isoformat()
    if guide.subject:
        data["about"] = guide.subject.name
    if guide.audience:
        data["audience"] = {"@type": "Audience", "audienceType": guide.audience.name}
    if guide.keeper:
        data["maintainer"] = {
            "@type": "Person",
            "name": guide.keeper.name,
            "url": site.root_url + guide.keeper.get_absolute_url(),
        }
    if tags := guide.shown_tags:
        data["keywords"] = ", ".join(tag.name for tag in tags)
    return data
