"""Mail that came back: told by a mail service's webhook, or by notices in a mailbox."""
