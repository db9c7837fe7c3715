"""The made-up Tamarack Library Network: what a new site shows before it has chats of its own."""
