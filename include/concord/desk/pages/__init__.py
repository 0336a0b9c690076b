"""The pages: functions from `Ask` to `Answer`, a module a subject."""
