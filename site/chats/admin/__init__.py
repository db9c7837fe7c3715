"""What editors do with chats beside filling in one's form."""
