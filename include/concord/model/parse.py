"""Documents into file forms; pydantic's errors become problems in the reader's words."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from concord.model.documents import Document, Findings, Where, closest

F = TypeVar("F", bound=BaseModel)

_KINDS = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "model_attributes_type": "must be a mapping (key: value)",
}


_TAGS = {"[key]", "[column]", "[lines]"}  # pydantic's own parts of a place
_SCALARS = {"int_type", "float_type", "float_parsing", "bool_type"}


def parse(form: type[F], doc: Document, findings: Findings) -> F | None:
    """The document as a file form; None when it does not fit, and then `findings` says why."""
    try:
        return form.model_validate(doc.data)
    except ValidationError as e:
        for error in e.errors(include_url=False, include_context=True):
            _explain(form, error, doc, findings)
        return None


def _explain(form: type[BaseModel], error: ErrorDetails, doc: Document, findings: Findings) -> None:
    kind, given = error["type"], error["input"]
    where = tuple(p for p in error["loc"] if p not in _TAGS)
    context = error.get("ctx", {})
    last = where[-1] if where else ""
    if kind == "extra_forbidden":
        findings.add(doc, where, f"unknown key `{last}`", closest(str(last), _keys(form, where)))
    elif kind == "missing":
        hint = "Add it; the files shipped with Concord are examples."
        findings.add(doc, where, f"`{last}` is missing", hint)
    elif kind == "literal_error":
        allowed = [w.strip("' ") for w in str(context["expected"]).replace(" or ", ",").split(",")]
        findings.add(doc, where, f"{_shown(given)} is not known", closest(str(given), allowed))
    elif kind == "string_pattern_mismatch":
        _explain_pattern(str(context["pattern"]), given, where, doc, findings)
    elif kind in _KINDS and given is None:
        findings.add(doc, where, "has no value", "Fill it in, or remove the key.")
    elif kind in _KINDS:
        scalar = isinstance(given, int | float) and kind not in _SCALARS
        hint = f'Put it in quotes: "{str(given).lower()}".' if scalar else ""
        findings.add(doc, where, f"{_KINDS[kind]}, not {_shown(given)}", hint)
    else:
        findings.add(doc, where, f"{error['msg'][:1].lower()}{error['msg'][1:]}")


def _explain_pattern(
    pattern: str, given: Any, where: Where, doc: Document, findings: Findings
) -> None:
    if pattern == r"\S":
        findings.add(doc, where, "is blank", "Fill it in, or remove the key.")
        return
    if pattern.startswith("^[a-z]"):
        hint = "Begin with a small letter; then small letters, digits and _, at most 41 in all."
    else:
        hint = "It must be a name without quotes or control characters."
    findings.add(doc, where, f"{_shown(given)} cannot be used as a name", hint)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def _keys(form: type[BaseModel], where: Where) -> list[str]:
    """Keys that are allowed beside the last part of `where`."""
    at: list[Any] = [form]
    for part in where[:-1]:
        at = [inner for one in at for inner in _inner(one, part)]
    forms = [one for option in at for one in _options(option) if _is_form(one)]
    return list(dict.fromkeys(name for form in forms for name in form.model_fields))


def _inner(annotation: Any, part: str | int) -> list[Any]:
    """What may stand under a key or position of the annotated value."""
    found: list[Any] = []
    for at in _options(annotation):
        if _is_form(at):
            inside = at.model_fields.get(str(part))
            found += [inside.annotation] if inside else []
        else:
            found += get_args(at)[-1:]
    return found


def _is_form(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _options(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, without `Annotated` and `None`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in (Union, UnionType):
        return [annotation]
    options = [a for a in get_args(annotation) if a is not type(None)]
    return [one for option in options for one in _options(option)]
