"""What the site's pages are measured against; installed by config.settings.benchmark alone."""
