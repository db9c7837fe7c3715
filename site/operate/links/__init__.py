"""Links in what the public reads: collected, followed, and told of where they lead nowhere."""
