"""Makes a site big to measure with: chats, posts, events and comments, made up in bulk.

The words are the same each time, but for keys and dates. Nothing of it has a history.
"""
