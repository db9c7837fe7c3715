"""WebVTT and SRT: transcripts and chapters, read by one reader of cues."""
