"""Asking a person in Airflow's Required Actions, for as long as it takes.

The task waits deferred: without a worker and without a slot of a pool. Two things end the wait, an
answer in Airflow's interface and one at the command line, so it is kept by a trigger that looks at
both; Airflow's own state for such tasks (`awaiting_input`) would see the first alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from airflow.providers.common.compat.sdk import ParamValidationError, conf
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.providers.standard.triggers.hitl import HITLTrigger
from airflow.sdk.execution_time.hitl import upsert_hitl_detail
from airflow.triggers.base import TriggerEvent

from concord.errors import Transient
from concord.orchestration.failures import said_plainly

if TYPE_CHECKING:
    from airflow.sdk import Context

    from concord.orchestration.questions import Counts, Question

log = logging.getLogger("concord")

LOOK = 10.0  # seconds between two looks at whether it was answered
PATIENCE = timedelta(minutes=10)  # how long an answer waits for a hub that is away


class AskPerson(HITLOperator):
    """Ask one question, keep the answer in the hub with its author, and return ids and counts.

    `about` makes the question from the run's parameters; it is `module:function`, so that nothing
    heavy is imported where a DAG file is parsed.
    """

    def __init__(self, *, about: str, execution_timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(subject="", body="", **kwargs)
        self.about = about
        # Of each time that the task runs, not of the wait: the base class would take it for that.
        self.execution_timeout = execution_timeout

    def execute(self, context: Context) -> Any:
        """Ask, and wait; or end at once when the question is over."""
        with said_plainly():
            question = _question(self.about, context)
            hub, config = _hub()
            base_url = str(conf.get("api", "base_url", fallback="")).rstrip("/")
            asked = question.ask(hub, config, base_url)
            if asked is None:
                return _over(question)
        self.subject, self.body = asked.subject, asked.body
        return self._wait(context)

    def _wait(self, context: Context) -> NoReturn:
        task_instance: Any = context["ti"]
        upsert_hitl_detail(
            ti_id=task_instance.id,
            options=self.options,
            subject=self.subject,
            body=self.body,
            params=self.serialized_params,
        )
        self.defer(
            trigger=Answered(
                ti_id=str(task_instance.id),
                options=self.options,
                params=self.serialized_params,
                about=self.about,
                given=dict(context["params"]),
                run_id=str(context["run_id"]),
            ),
            method_name="execute_complete",
        )

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Keep what was answered. An answer that cannot be carried out is asked for again."""
        with said_plainly():
            question = _question(self.about, context)
            if "over" in event:
                return _over(question)
            try:
                super().execute_complete(context, event)  # whether it fits the form
            except (ParamValidationError, ValueError) as error:
                unusable: Exception = error
            else:
                from concord.orchestration.questions import Unusable
                from concord.pipeline.decisions import AlreadyDecided

                try:
                    return _kept(question, event)
                except AlreadyDecided as late:
                    log.warning("The answer changes nothing: %s", late)
                    return {}
                except Unusable as error:
                    unusable = error
            log.error("The answer cannot be used, so it is asked for again: %s", unusable)
        return self._wait(context)


class Answered(HITLTrigger):
    """Fires when the question was answered in Airflow or is over in the hub."""

    def __init__(
        self,
        *,
        ti_id: str,
        options: list[str],
        params: dict[str, dict[str, Any]],
        about: str,
        given: dict[str, Any],
        run_id: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            ti_id=UUID(ti_id),
            options=options,
            params={name: dict(param) for name, param in params.items()},
            timeout_datetime=None,
            poke_interval=LOOK,
        )
        self.form, self.about, self.given, self.run_id = params, about, given, run_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What Airflow keeps to make the trigger again."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            "ti_id": str(self.ti_id),
            "options": self.options,
            "params": self.form,
            "about": self.about,
            "given": self.given,
            "run_id": self.run_id,
        }

    async def _handle_response(self) -> TriggerEvent | None:
        answer: TriggerEvent | None
        answer = await super()._handle_response()  # type: ignore[no-untyped-call]
        if answer is None and await asyncio.to_thread(self._is_over):
            return TriggerEvent({"over": True})  # type: ignore[no-untyped-call]
        return answer

    def _is_over(self) -> bool:
        """Whether somebody answered at the command line. A hub that is away says nothing."""
        question = _made(self.about)(self.given, self.run_id)
        try:
            return question.over(_hub()[0]) is not None
        except Transient as error:
            log.warning("The hub does not say whether the question is over: %s", error)
            return False


def _kept(question: Question, event: Mapping[str, Any]) -> Counts:
    """Write the answer into the hub; an answer must not be lost to a hub that is away."""
    (option,) = event["chosen_options"]
    user = event.get("responded_by_user") or {}
    actor = f"airflow:{user.get('name') or user.get('id') or 'unknown'}"
    end = time.monotonic() + PATIENCE.total_seconds()
    pause = 1.0
    while True:
        try:
            counts = question.answer(_hub()[0], option, event.get("params_input") or {}, actor)
        except Transient as error:
            if time.monotonic() > end:
                raise
            log.warning("The answer is kept in %.0f s, when the hub may be back: %s", pause, error)
            time.sleep(pause)
            pause = min(30.0, 2 * pause)
        else:
            log.info("%s by %s: %s", option, actor, counts)
            return counts


def _over(question: Question) -> Counts:
    log.info("%s Nothing is left to ask.", question.over(_hub()[0]))
    return {}


def _question(about: str, context: Context) -> Question:
    return _made(about)(dict(context["params"]), str(context["run_id"]))


def _made(about: str) -> Callable[[Mapping[str, Any], str], Question]:
    """The function that `module:function` names."""
    from importlib import import_module

    module, _, name = about.partition(":")
    made: Callable[[Mapping[str, Any], str], Question] = getattr(import_module(module), name)
    return made


def _hub() -> tuple[Any, Any]:
    from concord.hub.database import Hub
    from concord.model.read import load_config

    return Hub.from_environment(), load_config()
