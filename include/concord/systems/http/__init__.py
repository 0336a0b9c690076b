"""What adapters of web services share: patience, requests, whole readings, writes done once."""
