"""The command line: `python -m concord.cli`, reached as `./concord COMMAND`.

One module a group of commands; each imports what it needs only when it runs, so that `status`
stays quick.
"""
