"""Stewardship: what people decide about records, and where it is kept."""
