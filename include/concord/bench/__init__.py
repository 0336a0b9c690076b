"""Bench: how fast batches are, measured in scratch databases beside the hub.

Everything compared is measured in the same run: machines differ, ratios stay.
"""
