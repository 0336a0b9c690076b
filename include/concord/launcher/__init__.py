"""The launcher: sets up what is missing, starts and stops everything, and runs the commands.

Standard library only: it is imported before any package is installed.
"""
