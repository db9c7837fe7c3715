"""Guides in the admin."""
