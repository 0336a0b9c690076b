"""Pipeline: a batch from what changed to what was written. Steps can run again at any time."""

from concord.pipeline.batch import begin, latest
from concord.pipeline.certify import certify
from concord.pipeline.engine import Engine
from concord.pipeline.extract import extract
from concord.pipeline.finish import finish, prune
from concord.pipeline.load import load
from concord.pipeline.steps import run_batch, unify, validate

__all__ = [
    "Engine",
    "begin",
    "certify",
    "extract",
    "finish",
    "latest",
    "load",
    "prune",
    "run_batch",
    "unify",
    "validate",
]
