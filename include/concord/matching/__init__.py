"""Matching: which records are the same thing."""
