"""Show the engine's events as lines while it runs, and collect the counts and errors for the final report."""

import re
import time

from pulumi.automation import EngineEvent
from pulumi.automation.events import DiagnosticEvent, OpType, PolicyEvent, StepEventMetadata

from local.console import say
from local.outcome import FOUND
from local.values import changed

_SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "±", "import": "=", "read": ">", "refresh": "~"}
_NOTES = {"delete": " (no longer in the emulator; removed from the state)", "update": " (in the emulator)"}
_WITH_VALUES = {"update", "replace"}
_QUIET = {"same", "read", "read-discard", "discard-replaced", "remove-pending-replace"}
_COUNTED = {"create", "update", "delete", "replace", "same"}  # a replacement's other two steps belong to its "replace"
_COLOURS = re.compile(r"<\{%[^%]*%\}>")
_BROKEN_OFF = "emulator does not answer"  # the plugin's message for a step with an unknown result
# The engine's final messages, which add nothing: the errors came before them.
_ENDINGS = {"update failed", "preview failed", "refresh failed", "destroy failed", "destroying failed"}


class Progress:
    """Listens to the engine's events.

    Attributes:
        changes: the count of steps by kind, from the engine's summary; of the steps so far, if the engine was killed
            before it.
        errors: the error messages, without duplicates.
        began: whether a step was started.
        broken_off: whether a step ended with an unknown result.
    """

    def __init__(self, planned: bool) -> None:
        self.changes: dict[str, int] = {}
        self.errors: list[str] = []
        self.began = self.broken_off = False
        self._planned = planned
        self._begun: dict[str, tuple[bool, float]] = {}  # URN -> (is it a refresh step, start time)

    def __call__(self, event: EngineEvent) -> None:
        if event.resource_pre_event:
            begun = event.resource_pre_event.metadata
            self.began = True
            self._begun[begun.urn] = begun.op is OpType.REFRESH, time.monotonic()
        elif event.res_outputs_event:
            self._step(event.res_outputs_event.metadata)
        elif event.res_op_failed_event:
            self._step(event.res_op_failed_event.metadata, failed=True)
        elif event.diagnostic_event:
            self._diagnostic(event.diagnostic_event)
        elif event.policy_event:
            self._policy(event.policy_event)
        elif event.summary_event:
            changes = event.summary_event.resource_changes.items()
            self.changes = dict(sorted((str(kind), count) for kind, count in changes if count))

    def _step(self, step: StepEventMetadata, failed: bool = False) -> None:
        if step.urn not in self._begun:
            return  # a component has a second event, with its outputs
        looked_up, since = self._begun.pop(step.urn)
        operation = step.op.value
        if operation in _COUNTED and not looked_up and not failed:
            self.changes[operation] = self.changes.get(operation, 0) + 1
        unchanged = operation == "refresh" and not step.diffs and step.new and not failed
        if operation in _QUIET or unchanged:
            return
        took = "" if self._planned else f"  {time.monotonic() - since:.1f} s"
        name = step.urn.rpartition("::")[2]
        note = ""
        if looked_up and operation in FOUND:
            # The resource itself is not changed: the state is updated to match it.
            note, operation = _NOTES[operation], FOUND[operation]
        sign = _SIGNS.get(operation.split("-")[0], "~")
        fields = f" [{', '.join(step.diffs)}]" if step.diffs and operation != "create" else ""
        say(
            f"  {sign} {operation:<8} {_short(step.type)} {name}{fields}{note}{took}{'  FAILED' if failed else ''}",
            style="red" if failed else "green" if operation == "create" else "",
        )
        if operation in _WITH_VALUES and step.old and step.new:
            sides = step.old.inputs or {}, step.old.outputs or {}, step.new.inputs or {}
            for line in changed(*sides, step.diffs or ()):
                say(f"      {line}")

    def _diagnostic(self, event: DiagnosticEvent) -> None:
        # The SDK's inline server reports an error of the program twice, the second time with a prefix.
        text = _plain(event.message).removeprefix("an unhandled error occurred: ")
        if event.ephemeral or event.severity == "debug" or not text:
            return
        if event.severity == "error":
            self.broken_off = self.broken_off or _BROKEN_OFF in text
            self.error(_at(event.urn) + text)
        else:
            say(
                ("warning: " if event.severity == "warning" else "") + _at(event.urn) + text,
                style="yellow" if event.severity == "warning" else "",
            )

    def _policy(self, event: PolicyEvent) -> None:
        text = (
            f"policy {event.policy_name} ({event.enforcement_level}): {_at(event.resource_urn)}{_plain(event.message)}"
        )
        if event.enforcement_level == "mandatory":
            self.error(text)
        else:
            say(text, style="yellow")

    def error(self, text: str) -> None:
        """Keep an error for the final report. The engine reports some errors twice: keep the longer text."""
        if text not in _ENDINGS and not any(text in known for known in self.errors):
            self.errors = [known for known in self.errors if known not in text] + [text]


def _plain(text: str) -> str:
    return _COLOURS.sub("", text).strip()


def _short(type_name: str) -> str:
    return type_name.rpartition(":")[2] if type_name.startswith(("aws:", "identity:")) else type_name


def _at(urn: str | None) -> str:
    # The stack itself does not help the user to find the place.
    if not urn or "::pulumi:pulumi:Stack::" in urn:
        return ""
    return f"{_short(urn.split('::')[-2].rpartition('$')[2])} {urn.rpartition('::')[2]}: "
